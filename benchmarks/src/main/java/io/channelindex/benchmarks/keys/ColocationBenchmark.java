package io.channelindex.benchmarks.keys;

import io.channelindex.storage.Colocation;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
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

/** What it costs to put a key into a chosen vbucket, beside making the key without. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ColocationBenchmark {
  private static final int VBUCKETS = 1024;
  private static final int PARTITIONS = 64;

  /** Characters of a channel's name. */
  @Param({"12", "200"})
  int name;

  private final Colocation colocation = new Colocation(VBUCKETS);
  private final IndexKeys anywhere = new IndexKeys("db");
  private final IndexKeys together = new IndexKeys("db", Placement.colocated(4, VBUCKETS));
  private String channel = "";
  private String key = "";
  private int turn;

  /** A channel, and a key of it. */
  @Setup
  public void begin() {
    channel = "c".repeat(name);
    key = anywhere.block(channel, 17, 123);
  }

  /** A suffix for another vbucket each time. */
  @Benchmark
  public String suffix() {
    return colocation.suffix(key, turn++ & (VBUCKETS - 1));
  }

  /** The vbucket of a key. */
  @Benchmark
  public int vbucketOf() {
    return colocation.vbucketOf(key);
  }

  /** A head's key, wherever that falls. */
  @Benchmark
  public String keyAnywhere() {
    return anywhere.head(channel, turn++ & (PARTITIONS - 1));
  }

  /** A head's key with the channel's others, its name's hash included. */
  @Benchmark
  public String keyTogether() {
    return together.head(channel, turn++ & (PARTITIONS - 1));
  }
}
