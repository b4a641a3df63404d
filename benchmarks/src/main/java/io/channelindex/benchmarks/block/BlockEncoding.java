package io.channelindex.benchmarks.block;

import com.github.luben.zstd.Zstd;
import io.channelindex.storage.Entry;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.format.ColumnBlock;
import io.channelindex.storage.format.DenseBlock;
import io.channelindex.storage.format.DenseBlockBuilder;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.EntrySink;
import io.channelindex.storage.format.LogFrameEncoder;
import io.channelindex.storage.format.LogFrames;
import io.channelindex.storage.format.LogFrames.Place;
import io.channelindex.storage.format.Revisions;
import java.util.List;

/**
 * A way to write a block: a format of the index bucket with a compression, or JSON as a yardstick.
 *
 * <p>Confined to one thread.
 */
abstract class BlockEncoding {
  /** The names of all that there are. */
  static final List<String> NAMES =
      List.of(
          "columns",
          "columns+lz4",
          "columns+snappy",
          "columns+zstd",
          "log",
          "log+lz4",
          "log+snappy",
          "log+zstd",
          "log+zstd-dictionary",
          "dense",
          "dense+lz4",
          "dense+snappy",
          "dense+zstd",
          "dense+zstd-dictionary",
          "json",
          "json+zstd");

  private static final String CHANNEL = "news";
  private static final String KEY = "block";
  private static final int ZSTD_LEVEL = 3;

  /**
   * The encoding of a name: {@code columns}, {@code log}, {@code dense} or {@code json}, and behind
   * a {@code +} the stable name of a compression, if any. JSON knows {@code zstd} only.
   */
  static BlockEncoding named(String name) {
    int plus = name.indexOf('+');
    String format = plus < 0 ? name : name.substring(0, plus);
    BlockCompression compression =
        plus < 0 ? BlockCompression.NONE : BlockCompression.named(name.substring(plus + 1));
    Compressions compressions =
        compression == BlockCompression.ZSTD_DICTIONARY
            ? TrainedCompressions.of(format)
            : new Compressions();
    Compressor compressor = compressions.compressor(compression);
    return switch (format) {
      case "columns" -> new Columns(compressor, compressions);
      case "log" -> new Log(compressor, compressions);
      case "dense" -> new Dense(compressor, compressions);
      case "json" -> new Json(compression);
      default -> throw new IllegalArgumentException("no such encoding: name=" + name);
    };
  }

  /** A block of the entries. */
  abstract byte[] encode(List<Entry> entries);

  /** The entries of a block that a filter wants. */
  abstract void decode(byte[] block, EntryFilter filter, EntrySink sink);

  private static final class Columns extends BlockEncoding {
    private final Compressor compressor;
    private final Compressions compressions;

    Columns(Compressor compressor, Compressions compressions) {
      this.compressor = compressor;
      this.compressions = compressions;
    }

    @Override
    byte[] encode(List<Entry> entries) {
      return ColumnBlock.encode(CHANNEL, 1, entries, Revisions.ALL, compressor);
    }

    @Override
    void decode(byte[] block, EntryFilter filter, EntrySink sink) {
      ColumnBlock.decode(KEY, CHANNEL, block, compressions, Revisions.ALL, filter, sink);
    }
  }

  private static final class Log extends BlockEncoding {
    private final LogFrameEncoder encoder;
    private final Compressions compressions;

    Log(Compressor compressor, Compressions compressions) {
      this.encoder = new LogFrameEncoder(compressor);
      this.compressions = compressions;
    }

    @Override
    byte[] encode(List<Entry> entries) {
      return encoder.encode(CHANNEL, 1, entries, Place.FIRST);
    }

    @Override
    void decode(byte[] block, EntryFilter filter, EntrySink sink) {
      LogFrames.decode(KEY, CHANNEL, block, compressions, filter, sink);
    }
  }

  private static final class Dense extends BlockEncoding {
    private final Compressor compressor;
    private final Compressions compressions;

    Dense(Compressor compressor, Compressions compressions) {
      this.compressor = compressor;
      this.compressions = compressions;
    }

    @Override
    byte[] encode(List<Entry> entries) {
      DenseBlockBuilder builder = new DenseBlockBuilder(CHANNEL, 1);
      entries.forEach(builder::add);
      return builder.encode(compressor);
    }

    @Override
    void decode(byte[] block, EntryFilter filter, EntrySink sink) {
      for (Entry entry : DenseBlock.decode(KEY, CHANNEL, block, compressions).entries()) {
        if (filter.wants(entry.vbucket(), entry.seqno(), entry.vbuuid())) {
          sink.entry(
              entry.documentId(),
              entry.revision(),
              entry.vbucket(),
              entry.seqno(),
              entry.vbuuid(),
              entry.state());
        }
      }
    }
  }

  /** What a service would write that thinks no further: JSON, with zstd of its default level. */
  private static final class Json extends BlockEncoding {
    private final boolean zstd;
    private final JsonBlock json = new JsonBlock();

    Json(BlockCompression compression) {
      this.zstd = compression != BlockCompression.NONE;
    }

    @Override
    byte[] encode(List<Entry> entries) {
      byte[] text = json.encode(CHANNEL, entries);
      return zstd ? Zstd.compress(text, ZSTD_LEVEL) : text;
    }

    @Override
    void decode(byte[] block, EntryFilter filter, EntrySink sink) {
      byte[] text =
          zstd ? Zstd.decompress(block, Math.toIntExact(Zstd.getFrameContentSize(block))) : block;
      json.decode(text, filter, sink);
    }
  }
}
