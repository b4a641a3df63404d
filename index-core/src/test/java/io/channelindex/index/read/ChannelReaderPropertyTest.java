package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.Entry;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layouts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Reads under way at once while channels grow, commits are learnt of one by one, history is undone,
 * answers come late or not at all and the cache has more or less room: each has the newest entry of
 * each document that the view said was there when it began, unless a newer one was there already.
 */
class ChannelReaderPropertyTest {
  private static final List<String> CHANNELS = List.of("a", "b", "c", "none");
  private static final ScheduledExecutorService LOOKS = Executors.newScheduledThreadPool(1);

  @AfterContainer
  static void stop() {
    LOOKS.shutdownNow();
  }

  @Property(tries = 300, shrinking = ShrinkingMode.OFF)
  void aReadHasWhatItsViewSays(@ForAll long seed) {
    Random random = new Random(seed);
    Reads reads = new Reads(random, pick(random, List.of(0L, 2_500L, 10_000L, 1L << 20)));
    for (int step = 0; step < 60; step++) {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> reads.world.live(1 + random.nextInt(4));
        case 3 -> reads.learn(random.nextInt(reads.index.map.partitions()));
        case 4 -> reads.refresh();
        case 5 -> reads.world.rollBack();
        case 6 -> reads.bucket.release();
        case 7 -> reads.trouble(pick(random, List.of(Action.HOLD, Action.HOLD_ANSWER)));
        case 8 -> reads.trouble(Action.FAIL);
        default -> reads.begin();
      }
      reads.checkDone();
    }
    reads.settle();
  }

  private static <T> T pick(Random random, List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  /**
   * A read under way.
   *
   * @param expected what there is for its slice, found the slow way
   */
  private record Read(Slice slice, List<Entry> expected, CompletableFuture<List<Entry>> found) {

    /** What was found of what is wanted. */
    List<Entry> within() {
      return found.join().stream().filter(slice::wants).toList();
    }

    /** What was found that replaces what is wanted. */
    List<Entry> above() {
      return found.join().stream().filter(entry -> !slice.wants(entry)).toList();
    }

    /** The newest entries of documents that were not found. */
    Set<Entry> missing() {
      Set<Entry> missing = newest(expected);
      missing.removeAll(newest(within()));
      return missing;
    }

    /** Per document; of two with the same seqno the one that was indexed later. */
    private static Set<Entry> newest(List<Entry> entries) {
      Map<String, Entry> newest = new HashMap<>();
      for (Entry entry : entries) {
        newest.merge(entry.documentId(), entry, (one, next) -> supersedes(one, next) ? one : next);
      }
      return new HashSet<>(newest.values());
    }
  }

  private static boolean supersedes(Entry newer, Entry older) {
    return newer.documentId().equals(older.documentId())
        && Long.compareUnsigned(newer.seqno(), older.seqno()) > 0;
  }

  private static final class Reads {
    final InMemoryIndexBucket bucket = new InMemoryIndexBucket(Runnable::run);
    final World world;
    final TestIndex index;
    private final Random random;
    private final long capacity;
    private final ReadCounters counters = new ReadCounters();
    private final StableClocks clocks;
    private final ChannelReader reader;
    private final List<Read> underWay = new ArrayList<>();
    private boolean nothingIsNewer;

    Reads(Random random, long capacity) {
      this.random = random;
      this.capacity = capacity;
      world = new World(random, bucket);
      index = world.index;
      clocks =
          new StableClocks(
              new BucketStableSource(bucket, index.keys, index.map, LOOKS),
              index.map,
              TestReader.SETTINGS,
              LOOKS,
              counters);
      ChannelCache cache = new ChannelCache(capacity, index.map, counters);
      clocks.start(cache);
      reader =
          new ChannelReader(
              bucket,
              index.keys,
              Layouts.DENSE,
              BlockCoding.plain(),
              index.map.vbuckets(),
              cache,
              Runnable::run,
              counters);
    }

    void learn(int partition) {
      String key = index.keys.stable(partition);
      byte[] stable = bucket.peek(key);
      if (stable != null) {
        clocks.moved(StableDocument.decode(key, stable));
      }
    }

    void refresh() {
      TestReader.get(clocks.refresh());
    }

    void trouble(Action action) {
      bucket.inject(
          BucketFault.of(action)
              .on(Operation.GET)
              .where(key -> !key.contains("stable"))
              .times(1 + random.nextInt(3)));
    }

    void begin() {
      int partition = random.nextInt(index.map.partitions());
      SequenceClock upper = clocks.view().clock();
      long[] since = new long[upper.vbuckets()];
      if (random.nextBoolean()) {
        for (int vbucket = 0; vbucket < since.length; vbucket++) {
          since[vbucket] = random.nextLong(upper.seqno(vbucket) + 1);
        }
      }
      begin(pick(random, CHANNELS), partition, SequenceClock.of(since), upper);
    }

    private void begin(String channel, int partition, SequenceClock since, SequenceClock upper) {
      StableDocument state = clocks.view().document(partition);
      Slice slice = Slice.between(Channel.of(channel), state, since, upper);
      List<Entry> expected =
          index.entries(channel, partition).stream().filter(slice::wants).toList();
      CompletableFuture<List<Entry>> found =
          reader
              .plan(List.of(slice))
              .thenCompose(reader::read)
              .thenApply(each -> each.get(0))
              .toCompletableFuture();
      underWay.add(new Read(slice, expected, found));
    }

    /** Returns how many reads have failed. */
    int checkDone() {
      assertThat(counters.cacheBytes.sum()).isBetween(0L, capacity);
      int failed = 0;
      for (Read read : List.copyOf(underWay)) {
        if (read.found().isDone()) {
          underWay.remove(read);
          if (read.found().isCompletedExceptionally()) {
            failed++;
            assertThatThrownBy(read.found()::join).hasCauseInstanceOf(IndexStorageException.class);
          } else {
            assertThat(read.within()).doesNotHaveDuplicates().isSubsetOf(read.expected());
            assertThat(read.above()).allMatch(read.slice()::isAbove);
            assertThat(read.missing())
                .as("what is not found is replaced by what is")
                .allMatch(
                    entry -> read.above().stream().anyMatch(other -> supersedes(other, entry)));
            assertThat(nothingIsNewer ? read.missing() : Set.of()).isEmpty();
          }
        }
      }
      return failed;
    }

    /** All troubles are over: everything can be read, and the second time without the bucket. */
    void settle() {
      bucket.clearFaults();
      while (bucket.release() > 0) {
        checkDone();
      }
      assertThat(underWay).isEmpty();
      refresh();
      nothingIsNewer = true;
      readEverything();
      bucket.resetCounts();
      readEverything();
      if (capacity == 1 << 20) {
        assertThat(bucket.count()).isZero();
      }
    }

    private void readEverything() {
      SequenceClock upper = clocks.view().clock();
      for (String channel : CHANNELS) {
        for (int partition = 0; partition < index.map.partitions(); partition++) {
          begin(channel, partition, SequenceClock.zero(upper.vbuckets()), upper);
        }
      }
      assertThat(checkDone()).isZero();
      assertThat(underWay).isEmpty();
    }
  }
}
