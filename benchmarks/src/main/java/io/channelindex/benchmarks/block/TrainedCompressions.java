package io.channelindex.benchmarks.block;

import io.channelindex.storage.Entry;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.compress.Dictionary;
import io.channelindex.storage.compress.DictionaryTrainer;
import io.channelindex.storage.format.DenseBlockBuilder;
import io.channelindex.storage.format.LogFrameEncoder;
import io.channelindex.storage.format.LogFrames.Place;
import java.util.List;

/** Compressions with a dictionary, trained as an index does it: on blocks of the first minutes. */
final class TrainedCompressions {
  private static final int BLOCKS = 512;
  private static final int ENTRIES = 10;
  // The blocks that are measured have others.
  private static final int FIRST_SEED = 1_000_000;

  private TrainedCompressions() {}

  /**
   * Trained on small blocks of a format: in large ones a dictionary saves little.
   *
   * @param format {@code log} or {@code dense}
   */
  static Compressions of(String format) {
    DictionaryTrainer trainer = new DictionaryTrainer(1);
    Compressor compressor = new Compressions(trainer).compressor(BlockCompression.ZSTD_DICTIONARY);
    LogFrameEncoder log = new LogFrameEncoder(compressor);
    for (int i = 0; i < BLOCKS; i++) {
      List<Entry> entries = BlockEntries.TYPICAL.sample(ENTRIES, FIRST_SEED + i);
      if (format.equals("log")) {
        log.encode("news", 1, entries, Place.NEXT);
      } else {
        DenseBlockBuilder builder = new DenseBlockBuilder("news", 1);
        entries.forEach(builder::add);
        builder.encode(compressor);
      }
    }
    Compressions trained = new Compressions();
    trainer.train().ifPresent(content -> trained.add(new Dictionary(1, content)));
    return trained;
  }
}
