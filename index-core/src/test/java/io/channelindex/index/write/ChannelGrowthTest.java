package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.DirectoryPage;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Rollover of blocks, directory pages, and the registry of channels. */
class ChannelGrowthTest {
  private final OnePartition partition = new OnePartition();

  private void write(PartitionWriter writer, long from, long to, String... channels) {
    for (long seqno = from; seqno <= to; seqno++) {
      partition.tell(writer, partition.document("document-" + seqno, seqno, channels));
    }
  }

  private ChannelHead head() {
    return ChannelHead.decode("head", "*", partition.bucket.peek(partition.keys.head("*", 0)));
  }

  @Test
  void fullBlocksAreClosedAndMoveToPages() {
    PartitionWriter writer = partition.takeAndOpen(6_000);
    write(writer, 1, 6_000);
    partition.turns.untilQuiet();
    ChannelHead head = head();
    assertThat(head.pages()).isNotEmpty();
    assertThat(head.closed()).hasSizeLessThan(ChannelHead.BLOCKS_PER_PAGE);
    assertThat(head.active())
        .isEqualTo(head.pages().size() * ChannelHead.BLOCKS_PER_PAGE + head.closed().size());
    assertThat(partition.rows("*")).hasSize(6_000);
  }

  @Test
  void growthSurvivesFaultsAtEveryWrite() {
    partition.batching = partition.batching.withChanges(700);
    PartitionWriter writer = partition.takeAndOpen(6_000);
    Random random = new Random(5);
    for (Action action : List.of(Action.FAIL, Action.LOSE_ANSWER, Action.TIME_OUT)) {
      partition.bucket.inject(
          BucketFault.of(action).on(Operation::isWrite).withProbability(0.01, random));
    }
    write(writer, 1, 6_000, "a");
    partition.turns.untilQuiet();
    for (int i = 0; writer.status().state() != WriterStatus.State.RUNNING && i < 20; i++) {
      writer = goOn();
    }
    partition.bucket.clearFaults();
    writer = goOn();
    assertThat(writer.status().state()).isEqualTo(WriterStatus.State.RUNNING);
    assertThat(partition.rows("a")).hasSize(6_000);
    assertThat(partition.rows("*")).hasSize(6_000);
  }

  /** What was never committed is found by looking from one block to the next. */
  @Test
  void nothingIsWrittenBehindABlockThatIsMissing() {
    BucketFault fault =
        partition.bucket.inject(
            BucketFault.of(Action.FAIL)
                .on(Operation.INSERT)
                .where(partition.keys.block("*", 0, 1)::equals));
    partition.linger(Duration.ofMillis(1));
    PartitionWriter writer = partition.takeAndOpen(300);
    write(writer, 1, 300);
    partition.pass(Duration.ofMillis(300));
    assertThat(fault.hits()).isPositive();
    assertThat(partition.bucket.peek(partition.keys.block("*", 0, 0))).isNotNull();
    assertThat(partition.bucket.peek(partition.keys.block("*", 0, 2))).isNull();

    fault.stop();
    goOn();
    assertThat(partition.rows("*")).hasSize(6_000);
  }

  /** What has no first block must not be listed as if it had. */
  @Test
  void ofAWriteOfSeveralBlocksTheFirstFails() {
    partition.bucket.inject(
        BucketFault.of(Action.FAIL)
            .on(Operation.INSERT)
            .where(partition.keys.block("*", 0, 0)::equals)
            .times(1));
    partition.linger(Duration.ofMillis(1));
    PartitionWriter writer = partition.takeAndOpen(300);
    write(writer, 1, 300);
    partition.turns.untilQuiet();
    assertThat(head().active()).isGreaterThan(2);

    writer.compact();
    partition.turns.untilQuiet();
    assertThat(writer.status().state()).isEqualTo(WriterStatus.State.RUNNING);
    assertThat(partition.rows("*")).hasSize(300);
  }

  private PartitionWriter goOn() {
    PartitionWriter next = partition.takeAndOpen(6_000);
    write(next, next.positions().get(0).seqno() + 1, 6_000, "a");
    partition.turns.untilQuiet();
    return next;
  }

  @Test
  void blocksThatAnOwnerLeftWithoutAHeadAreTakenOver() {
    partition.probe =
        (number, step) -> {
          if (step == WriterStep.CLOCKS) {
            throw new IllegalStateException("crashed");
          }
        };
    partition.linger(Duration.ofMillis(1));
    PartitionWriter crashed = partition.takeAndOpen(200);
    write(crashed, 1, 200);
    partition.turns.untilQuiet();
    long left = partition.bucket.keys().stream().filter(key -> key.contains(":block:")).count();
    assertThat(left).isGreaterThan(2);
    partition.probe = WriterProbe.NONE;
    PartitionWriter next = partition.takeAndOpen(200);
    write(next, 1, 200);
    partition.turns.untilQuiet();
    assertThat(partition.rows("*")).hasSize(200);
    assertThat(partition.bucket.keys().stream().filter(key -> key.contains(":block:")).count())
        .as("what was there is not written again")
        .isEqualTo(left);
  }

  @Test
  void twoVersionsOfAPageSayTheMostOfBoth() {
    DirectoryPage one =
        new DirectoryPage(
            "a", List.of(new Summary(0, 3, List.of(5L, -1L)), new Summary(1, 1, List.of(1L, 1L))));
    DirectoryPage other =
        new DirectoryPage(
            "a", List.of(new Summary(0, 4, List.of(6L, 2L)), new Summary(1, 1, List.of(0L, 0L))));
    assertThat(PageWrite.merge(one, other))
        .isEqualTo(
            new DirectoryPage(
                "a",
                List.of(new Summary(0, 4, List.of(6L, -1L)), new Summary(1, 1, List.of(1L, 1L)))));
  }

  @Test
  void aPageThatAnotherOwnerWroteIsMergedAndNeverSaysLess() {
    PartitionWriter writer = partition.takeAndOpen(6_000);
    List<Summary> theirs = new java.util.ArrayList<>();
    for (int number = 0; number < ChannelHead.BLOCKS_PER_PAGE; number++) {
      theirs.add(new Summary(number, 1, List.of(1L, 9_999L)));
    }
    String key = partition.keys.page("*", 0, 0);
    partition.bucket.poke(key, new DirectoryPage("*", theirs).encode());
    write(writer, 1, 6_000);
    partition.turns.untilQuiet();
    DirectoryPage merged = DirectoryPage.decode("page", "*", partition.bucket.peek(key));
    assertThat(merged.blocks().get(1).highest().get(0)).isGreaterThan(1);
    assertThat(merged.blocks().get(1).highest().get(1)).isEqualTo(9_999L);
    assertThat(partition.rows("*")).hasSize(6_000);
  }

  @Test
  void everyChannelIsRegisteredAlsoOnLaterPages() {
    PartitionWriter writer = partition.takeAndOpen(60);
    Set<String> channels = new TreeSet<>();
    channels.add("*");
    for (int document = 0; document < 60; document++) {
      String[] some = new String[60];
      for (int i = 0; i < some.length; i++) {
        some[i] = "channel-" + (60 * document + i);
        channels.add(some[i]);
      }
      if (document == 40) {
        partition.bucket.inject(
            BucketFault.of(Action.LOSE_ANSWER)
                .where(key -> key.contains(":channels:"))
                .on(Operation::isWrite)
                .times(2));
        partition.turns.untilQuiet();
        writer = partition.takeAndOpen(60);
      }
      partition.tell(writer, partition.document("d" + document, document + 1, some));
    }
    partition.turns.untilQuiet();
    assertThat(partition.reading.registered()).isEqualTo(channels);
    assertThat(partition.bucket.keys())
        .contains("db:channels:0:3")
        .doesNotContain("db:channels:0:4");
  }
}
