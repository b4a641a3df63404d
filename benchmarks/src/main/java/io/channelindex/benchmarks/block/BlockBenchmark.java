package io.channelindex.benchmarks.block;

import io.channelindex.storage.Entry;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.EntrySink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Every format with every compression: the time of one block. {@code json+zstd} is the yardstick;
 * {@code log} of ten entries is what an append costs. The sizes, and their ratio to the entropy,
 * are printed by {@link BlockSizes}.
 *
 * <p>Sixteen blocks take turns, so that no branch is learned by heart.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BlockBenchmark {
  private static final int BLOCKS = 16;
  private static final EntryFilter ONE_VBUCKET = (vbucket, seqno, vbuuid) -> vbucket % 16 == 3;

  @Param({
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
    "json+zstd"
  })
  String block;

  @Param({"typical", "hostile"})
  String entries;

  @Param({"1000"})
  int count;

  private final List<List<Entry>> samples = new ArrayList<>();
  private final byte[][] encoded = new byte[BLOCKS][];
  private BlockEncoding encoding;
  private int next;

  @Setup
  public void makeBlocks() {
    encoding = BlockEncoding.named(block);
    for (int i = 0; i < BLOCKS; i++) {
      samples.add(BlockEntries.named(entries).sample(count, i));
      encoded[i] = encoding.encode(samples.get(i));
    }
  }

  @Benchmark
  public byte[] encode() {
    next = (next + 1) % BLOCKS;
    return encoding.encode(samples.get(next));
  }

  /** All entries as texts and numbers. */
  @Benchmark
  public void decode(Blackhole hole) {
    decode(consumer(hole));
  }

  /** Those of one vbucket of sixteen. */
  @Benchmark
  public void scan(Blackhole hole) {
    scan(consumer(hole));
  }

  void decode(EntrySink sink) {
    next = (next + 1) % BLOCKS;
    encoding.decode(encoded[next], EntryFilter.ALL, sink);
  }

  void scan(EntrySink sink) {
    next = (next + 1) % BLOCKS;
    encoding.decode(encoded[next], ONE_VBUCKET, sink);
  }

  private static EntrySink consumer(Blackhole hole) {
    return (documentId, revision, vbucket, seqno, vbuuid, state) -> {
      hole.consume(documentId);
      hole.consume(revision);
      hole.consume(seqno);
    };
  }

  /** The entries of the block that was used last. */
  List<Entry> used() {
    return samples.get(next);
  }
}
