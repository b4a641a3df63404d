package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.index.write.Batching.Linger;
import io.channelindex.index.write.VbucketProgress.Past;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.ActiveState;
import io.channelindex.storage.format.ChannelHead.Compacted;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps memory, documents and operations small. */
class BoundsTest {
  private static final List<FailoverEntry> LOG = List.of(new FailoverEntry(7, 0));

  private static final Layout LAYOUT = Layouts.DENSE;

  private static Touched touched(int channels) {
    return new Touched(LongStream.range(0, channels).boxed().toList(), false);
  }

  @Test
  void theRingKeepsSoManyCommitsAndSoManyChannels() {
    List<Touched> recent = List.of();
    for (int i = 0; i < 100; i++) {
      recent = RecentCommits.after(recent, touched(1));
    }
    assertThat(recent).hasSize(RecentCommits.MAX_COMMITS);
    recent = RecentCommits.after(recent, touched(500));
    assertThat(recent).hasSize(13);
    recent = RecentCommits.after(recent, Touched.ALL);
    assertThat(recent).hasSize(14).startsWith(Touched.ALL);
    recent = RecentCommits.after(recent, touched(512));
    assertThat(recent).hasSize(2);
  }

  @Test
  void aCommitOfTooManyChannelsMayHaveTouchedAny() {
    RecentCommits.Collector collector = new RecentCommits.Collector();
    collector.add(LongStream.range(0, 512).boxed().toList());
    assertThat(collector.touched().channels()).hasSize(512);
    collector.add(List.of(1_000L));
    assertThat(collector.touched()).isEqualTo(Touched.ALL);
  }

  /** Each block has a seqno of each vbucket, which are objects. */
  @Test
  void whatAHeadListsIsAccountedFor() {
    OnePartition partition = new OnePartition();
    WriterCounters counters = new WriterCounters();
    Scope scope =
        new Scope(
            0,
            new PartitionMap(16, 1),
            partition.keys,
            WriterSettings.DEFAULT,
            partition.turns,
            partition.turns,
            new StepBucket(partition.bucket, partition.turns, counters),
            new Retries(Duration.ofSeconds(1), partition.turns, partition.turns, counters, 0),
            counters);
    List<Summary> closed = new ArrayList<>();
    for (int block = 0; block < 100; block++) {
      long highest = 1_000L + block;
      List<Long> seqnos = LongStream.range(highest, highest + 16).boxed().toList();
      closed.add(new Summary(block, 10, seqnos));
    }
    ChannelHead head =
        new ChannelHead(
            "a",
            0,
            0,
            1,
            closed.get(99).highest(),
            List.of(),
            closed,
            100,
            ActiveState.NOT_STORED,
            Compacted.none(16));

    assertThat(new ChannelState(scope, head, 1, 1).bytes()).isBetween(32_000, 48_000);
  }

  @Test
  void progressWithoutChangesTakesOnePlace() {
    Intake intake = new Intake(0, List.of(new VbucketProgress(0, VbucketState.NEW, Past.NONE)));
    intake.opened(0, LOG);
    for (long seqno = 1; seqno <= 1_000; seqno++) {
      intake.snapshot(0, seqno, seqno + 1);
      intake.advanced(0, seqno, 0);
    }
    assertThat(intake.waiting()).isEqualTo(1);
    Arrival only = intake.collect(10, Long.MAX_VALUE, arrival -> false).get(0);
    assertThat(only.position()).isEqualTo(new StreamPosition(7, 1_000, 1_000, 1_001));
    assertThat(only.whole()).isZero();
  }

  /** Mutations that are none of the index's: a vbucket may have hundreds of them a second. */
  @Test
  void steadyProgressWithoutChangesIsCommittedInTime() {
    OnePartition partition = new OnePartition();
    partition.linger(Duration.ofSeconds(10));
    PartitionWriter writer = partition.takeAndOpen(0);
    for (long seqno = 1; seqno <= 15; seqno++) {
      writer.advanced(0, seqno);
      partition.pass(Duration.ofSeconds(1));
    }
    assertThat(partition.stable().vbucket(0).stable()).isBetween(9L, 14L);
  }

  @Test
  void aSnapshotOfWhichNothingArrivedIsNotOwed() {
    Intake intake = new Intake(0, List.of(new VbucketProgress(0, VbucketState.NEW, Past.NONE)));
    intake.opened(0, LOG);
    intake.snapshot(0, 0, 20);
    intake.opened(0, List.of(new FailoverEntry(8, 0), new FailoverEntry(7, 0)));
    intake.snapshot(0, 0, 1);
    intake.advanced(0, 1, 0);
    assertThat(intake.collect(1, Long.MAX_VALUE, arrival -> false).get(0).whole()).isEqualTo(1);
  }

  /** In the middle of a snapshot its end, which is undone, has hidden what is before. */
  @ParameterizedTest
  @ValueSource(longs = {5, 12})
  void whatWasUndoneIsNotTakenForReplayed(long seqno) {
    Intake intake = new Intake(0, List.of(new VbucketProgress(0, VbucketState.NEW, Past.NONE)));
    intake.opened(0, LOG);
    intake.snapshot(0, 0, 12);
    intake.advanced(0, seqno, 0);
    intake.opened(0, List.of(new FailoverEntry(8, 12), new FailoverEntry(7, 0)));
    List<FailoverEntry> earlier = List.of(new FailoverEntry(9, 11), new FailoverEntry(7, 0));
    assertThatThrownBy(() -> intake.opened(0, earlier))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("vbuuid=7, seqno=" + seqno + ", snapshotEnd=12, log=");
  }

  @Test
  void progressBetweenSnapshotsIsWhole() {
    Intake intake = new Intake(0, List.of(new VbucketProgress(0, VbucketState.NEW, Past.NONE)));
    intake.opened(0, LOG);
    intake.advanced(0, 5, 0);
    assertThat(intake.collect(1, Long.MAX_VALUE, arrival -> false).get(0).whole()).isEqualTo(5);
  }

  @Test
  void noVbucketWaitsForOthersForever() {
    List<VbucketProgress> two =
        List.of(
            new VbucketProgress(0, VbucketState.NEW, Past.NONE),
            new VbucketProgress(1, VbucketState.NEW, Past.NONE));
    Intake intake = new Intake(0, two);
    for (int vbucket = 0; vbucket < 2; vbucket++) {
      intake.opened(vbucket, LOG);
      intake.snapshot(vbucket, 0, 100);
      for (int seqno = 1; seqno <= 20; seqno++) {
        intake.change(
            vbucket,
            seqno,
            CompletableFuture.completedFuture(java.util.Optional.empty()),
            () -> {},
            0);
      }
    }
    List<Arrival> collected = new ArrayList<>(intake.collect(10, Long.MAX_VALUE, arrival -> false));
    collected.addAll(intake.collect(10, Long.MAX_VALUE, arrival -> false));
    assertThat(collected).extracting(Arrival::vbucket).contains(0, 1);
  }

  @Test
  void theLeastRecentlyUsedChannelsAreForgotten() {
    OnePartition partition = new OnePartition();
    PartitionWriter writer = partition.takeAndOpen(2);
    String[] channels = IntStream.range(0, 4_500).mapToObj(i -> "c" + i).toArray(String[]::new);
    partition.tell(writer, partition.document("everywhere", 1, channels));
    partition.turns.untilQuiet();
    partition.bucket.resetCounts();
    partition.tell(writer, partition.document("x", 2, "c0"));
    partition.turns.untilQuiet();
    assertThat(partition.bucket.count(Operation.GET)).as("reads again").isBetween(2L, 4L);
    assertThat(partition.rows("c0")).hasSize(2);
  }

  @Test
  void wakeUpsThatAreAskedForMeanwhileAreOne() {
    Turns turns = new Turns(new Random(1));
    InMemoryIndexBucket bucket = new InMemoryIndexBucket(turns);
    WakeUpCounter counter = new WakeUpCounter(bucket, new IndexKeys("db"), turns);
    WriterCounters counters = new WriterCounters();
    IntStream.range(0, 100).forEach(i -> counter.increment(counters));
    assertThat(bucket.count()).isEqualTo(1);
    turns.untilQuiet();
    assertThat(bucket.count()).isEqualTo(2);
    assertThat(counters.operations()).containsEntry(WriterStep.WAKE_UPS, 2L);
    assertThat(bucket.peek("db:wake")).isEqualTo(new byte[] {'2'});
    assertThat(turns.nanos()).isEqualTo(2 * WakeUpCounter.SPACING.toNanos());

    BucketFault failing = bucket.inject(BucketFault.of(Action.FAIL).times(1));
    counter.increment(counters);
    turns.untilQuiet();
    counter.increment(counters);
    turns.untilQuiet();
    assertThat(failing.hits()).isEqualTo(1);
    assertThat(bucket.peek("db:wake")).isEqualTo(new byte[] {'3'});
  }

  @Test
  void aWindowKeepsToItsLimitAndTellsAFailureWhenNothingIsUnderWay() {
    List<CompletableFuture<Void>> begun = new ArrayList<>();
    CompletableFuture<Void> all =
        Window.each(
            IntStream.range(0, 10).boxed().toList(),
            3,
            i -> {
              begun.add(new CompletableFuture<>());
              return begun.get(i);
            });
    assertThat(begun).hasSize(3);
    begun.get(0).complete(null);
    assertThat(begun).hasSize(4);
    begun.get(1).completeExceptionally(new IllegalStateException("broken"));
    begun.get(2).complete(null);
    assertThat(begun).hasSize(4);
    assertThat(all).isNotDone();
    begun.get(3).complete(null);
    assertThat(all).isCompletedExceptionally();
    assertThatThrownBy(all::join).hasRootCauseMessage("broken");
  }

  @Test
  void aSerialExecutorKeepsTheOrderAndSurvivesAFailingTask() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      SerialExecutor serial =
          new SerialExecutor(
              task ->
                  threads.execute(
                      () -> {
                        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {});
                        task.run();
                      }));
      List<Integer> order = new ArrayList<>();
      AtomicInteger atOnce = new AtomicInteger();
      serial.execute(
          () -> {
            throw new IllegalStateException("broken");
          });
      CompletableFuture<Void> last = new CompletableFuture<>();
      for (int i = 0; i < 5_000; i++) {
        int number = i;
        serial.execute(
            () -> {
              order.add(atOnce.incrementAndGet() == 1 ? number : -1);
              atOnce.decrementAndGet();
            });
      }
      serial.execute(() -> last.complete(null));
      last.get(20, TimeUnit.SECONDS);
      assertThat(order).isEqualTo(IntStream.range(0, 5_000).boxed().toList());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertThatThrownBy(
            () ->
                new WriterSettings(
                    LAYOUT,
                    BlockCoding.plain(),
                    1,
                    Compacting.DEFAULT,
                    Batching.DEFAULT,
                    Duration.ZERO,
                    WriterProbe.NONE))
        .hasMessageContaining("blockBytes=1");
    assertThatThrownBy(() -> Batching.DEFAULT.withChanges(0)).hasMessageContaining("changes=0");
    assertThatThrownBy(() -> Batching.DEFAULT.withBytes(1023)).hasMessageContaining("bytes=1023");
    assertThatThrownBy(() -> Batching.DEFAULT.withPromise(0)).hasMessageContaining("promise=0");
    assertThatThrownBy(() -> Batching.DEFAULT.withOperations(0))
        .hasMessageContaining("operations=0");
    assertThatThrownBy(() -> Batching.DEFAULT.withLinger(Linger.FIXED, Duration.ofMillis(-1)))
        .hasMessageContaining("longest=PT-0.001S");
    assertThatThrownBy(() -> new Compacting(-1, Duration.ZERO, 2))
        .hasMessageContaining("compactBlocks=-1");
    assertThatThrownBy(() -> new Compacting(0, Duration.ofMillis(-1), 2))
        .hasMessageContaining("compactAfter=PT-0.001S");
    assertThatThrownBy(() -> new Compacting(0, Duration.ZERO, 1))
        .hasMessageContaining("compactEntries=1");
  }
}
