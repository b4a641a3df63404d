package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A user's followers on their own, while what it can see changes all the time. */
class PrincipalLiveFeedTest {
  @ParameterizedTest
  @CsvSource({"1, IN_BUCKET", "2, IN_BUCKET", "3, IN_BUCKET", "4, IN_MEMORY", "5, IN_MEMORY"})
  void nobodySleepsThroughAGrant(long seed, TestReader.Rows kind) {
    Random random = new Random(seed);
    PrincipalWorld world = new PrincipalWorld(random);
    TestIndex index = world.world.index;
    index.blockEntries = 20;
    try (TestReader reader = new TestReader(index, kind)) {
      world.world.listener = reader.index.commits();
      PrincipalFeeds feeds = reader.index.principals(world.principals);
      List<LiveFeedTest.Client> clients = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Follower follower =
            TestReader.get(
                feeds.follow(PrincipalWorld.USER, new Since.Beginning(), FeedRequest.Rows.ALL));
        clients.add(new LiveFeedTest.Client(follower, 1 + i));
      }
      clients.forEach(LiveFeedTest.Client::go);
      BucketFault fault =
          index.bucket.inject(
              BucketFault.of(Action.FAIL)
                  .on(Operation.GET)
                  .where(key -> !key.contains("stable"))
                  .withProbability(0.05, new Random(seed)));
      for (int step = 0; step < 120; step++) {
        world.world.live(4);
        if (step % 3 == 0) {
          world.change();
        }
        if (step % 16 == 15) {
          world.world.rollBack();
        }
        if (step % 10 == 8) {
          reader.refresh();
          await().until(() -> clients.stream().allMatch(client -> client.asleep));
        } else {
          reader.look();
        }
      }
      fault.stop();
      world.grant(Set.of("b", "c"));
      world.world.settle();
      reader.refresh();
      world.world.end();
      reader.refresh();
      for (LiveFeedTest.Client client : clients) {
        Map<String, Row> told = TestReader.get(client.done);
        world.assertKnows(told, List.of());
      }
      assertThat(fault.hits() > 0).isEqualTo(kind == TestReader.Rows.IN_BUCKET);
      assertThat(reader.index.statistics().backfills()).isPositive();
      assertThat(reader.index.statistics().handedOver()).isPositive();
    } catch (CompletionException e) {
      throw new AssertionError("seed=" + seed, e.getCause());
    }
  }
}
