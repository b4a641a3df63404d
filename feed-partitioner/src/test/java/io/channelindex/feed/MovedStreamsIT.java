package io.channelindex.feed;

import static io.channelindex.feed.FeedBed.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.EmbeddedNode;
import io.channelindex.embedded.fault.FaultAction;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.FaultRule;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.sequence.VbucketHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Streams whose vbucket has moved to another node, of what is persisted only. */
class MovedStreamsIT {
  private static final int VBUCKETS = 16;

  /**
   * A node is left by a stream without having said so, because its connection broke just then. The
   * client takes it for one of that node's still: when the next connection there breaks, it drops
   * what waits for its persistence of the stream that goes on elsewhere, behind the gap.
   */
  @Test
  void nothingIsMissedWhenTheConnectionToTheNodeBeforeBreaks() throws Exception {
    try (FeedBed bed = new FeedBed(VBUCKETS, 2, 2)) {
      PartitionedFeed feed = bed.start(bed.settings(1 << 20, Duration.ofMillis(20)));
      for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
        bed.write(keys(vbucket, 1).get(0), 1);
      }
      FeedBed.awaitRunning(feed);
      bed.awaitCaughtUp();
      EmbeddedNode before = bed.node().nodes().get(0);
      List<Integer> its = vbuckets(vbucket -> isActive(bed, vbucket, before));
      FaultRule breaks =
          FaultRule.messages(Opcode.DCP_STREAM_END).times(1).then(FaultAction.disconnect());
      before.faults().install(FaultPlan.of(breaks));
      EmbeddedNode added = bed.node().addNode();
      bed.node().rebalance();
      List<Integer> moved = its.stream().filter(vbucket -> isActive(bed, vbucket, added)).toList();
      assertThat(moved).isNotEmpty();
      FeedBed.awaitRunning(feed);
      bed.awaitCaughtUp();

      added.pausePersistence();
      FaultRule sent =
          FaultRule.messages(Opcode.DCP_MUTATION)
              .name("sent")
              .then(FaultAction.delayAnswer(Duration.ofMillis(1)));
      added.faults().install(FaultPlan.of(sent));
      List<String> waiting = new ArrayList<>();
      moved.forEach(vbucket -> waiting.addAll(keys(vbucket, 5)));
      waiting.forEach(key -> bed.write(key, 2));
      added.faults().await("sent", waiting.size(), PATIENCE);
      before.kill();
      added.resumePersistence();
      moved.forEach(vbucket -> bed.write(keys(vbucket, 6).get(5), 2));
      await()
          .atMost(PATIENCE)
          .until(() -> moved.stream().allMatch(vbucket -> isCaughtUp(bed, vbucket)));

      for (int vbucket : moved) {
        assertThat(bed.owner.ofVbucket(vbucket).changes(vbucket))
            .extracting(Change::key)
            .containsSubsequence(keys(vbucket, 6));
      }
      assertThat(bed.owner.violations()).isEmpty();
    }
  }

  private static boolean isCaughtUp(FeedBed bed, int vbucket) {
    return bed.owner.ofVbucket(vbucket).position(vbucket).seqno()
        == bed.bucket().highSeqno(vbucket);
  }

  private static boolean isActive(FeedBed bed, int vbucket, EmbeddedNode node) {
    return bed.bucket().activeNode(vbucket).orElseThrow() == node;
  }

  private static List<Integer> vbuckets(IntPredicate wanted) {
    return IntStream.range(0, VBUCKETS).filter(wanted).boxed().toList();
  }

  /** The first of a vbucket. */
  private static List<String> keys(int vbucket, int count) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "key" + i)
        .filter(key -> VbucketHash.vbucket(key, VBUCKETS) == vbucket)
        .limit(count)
        .toList();
  }
}
