package io.channelindex.index.read;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Merging the entries of a partition's channels into rows, per entry. It is the merge of the
 * reader, which no user of it sees: so this class stands in its package.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MergeBenchmark {
  static final int ENTRIES = 10_240;

  private static final int VBUCKETS = 16;

  /** What is merged. */
  public enum Shape {
    /** One channel, each document once. */
    DISTINCT(1, ENTRIES),
    /** One channel, ten states of each document. */
    UPDATED(1, ENTRIES / 10),
    /** Ten channels, each document in about five of them. */
    TEN_CHANNELS(10, ENTRIES / 5);

    private final int channels;
    private final int documents;

    Shape(int channels, int documents) {
      this.channels = channels;
      this.documents = documents;
    }

    int documents() {
      return documents;
    }
  }

  @Param Shape shape;

  private final Merge merge = new Merge();
  private final List<String> names = new ArrayList<>();
  private final List<List<Entry>> entries = new ArrayList<>();

  /** Documents of all vbuckets in turn, as a partition's writer meets them. */
  @Setup
  public void begin() {
    for (int channel = 0; channel < shape.channels; channel++) {
      names.add("channel-" + channel);
      entries.add(new ArrayList<>());
    }
    SplittableRandom random = new SplittableRandom(7);
    long[] seqnos = new long[VBUCKETS];
    for (int i = 0; i < ENTRIES; i++) {
      int document = i < shape.documents ? i : random.nextInt(shape.documents);
      int vbucket = document % VBUCKETS;
      seqnos[vbucket] += 1 + random.nextInt(9);
      String revision =
          String.format(Locale.ROOT, "%d-%032x", 1 + i / shape.documents, random.nextLong() >>> 1);
      entries
          .get(i % shape.channels)
          .add(
              new Entry(
                  "document-" + document,
                  revision,
                  vbucket,
                  seqnos[vbucket],
                  4711,
                  EntryState.ACTIVE));
    }
  }

  /** A merge that is used again and again, as a reader's is. */
  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public List<FeedRow> merge() {
    for (int channel = 0; channel < entries.size(); channel++) {
      merge.add(names.get(channel), entries.get(channel));
    }
    return merge.rows();
  }

  List<List<Entry>> entries() {
    return entries;
  }
}
