package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Followers on their own, while the index is written, rolled back and now and then out of reach.
 */
class LiveFeedTest {
  /** Goes on by itself until it was told the last change and has caught up. */
  static final class Client {
    private final Follower follower;
    private final int limit;
    private final Map<String, Row> told = new HashMap<>();
    final CompletableFuture<Map<String, Row>> done = new CompletableFuture<>();
    volatile boolean asleep;

    Client(Follower follower, int limit) {
      this.follower = follower;
      this.limit = limit;
    }

    void go() {
      asleep = false;
      CompletionStage<Page> page = follower.next(limit);
      page.whenComplete(this::take);
    }

    private void take(Page page, Throwable failure) {
      if (failure != null) {
        // What could not be read is asked for again, from the same place.
        ForkJoinPool.commonPool().execute(this::go);
        return;
      }
      page.rows().forEach(row -> told.put(row.documentId(), row));
      if (!page.caughtUp()) {
        ForkJoinPool.commonPool().execute(this::go);
      } else if (told.containsKey(World.LAST)) {
        done.complete(told);
      } else {
        CompletionStage<Void> news = follower.news();
        asleep = !news.toCompletableFuture().isDone();
        news.whenComplete((woken, never) -> ForkJoinPool.commonPool().execute(this::go));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, IN_BUCKET, 0",
    "2, IN_BUCKET, 3000",
    "3, IN_BUCKET, 1000000",
    "4, IN_BUCKET, 1000000",
    "5, IN_BUCKET, 3000",
    "6, IN_MEMORY, 0",
    "7, IN_MEMORY, 0"
  })
  void nobodyMissesAnything(long seed, TestReader.Rows kind, long cachedBytes) {
    Random random = new Random(seed);
    World world = new World(random);
    world.index.blockEntries = 20;
    List<Set<String>> feeds = List.of(Set.of("a"), Set.of("b", "c"), Set.of("a", "b", "c"));
    try (TestReader reader =
        new TestReader(world.index, kind, TestReader.SETTINGS.withCachedBytes(cachedBytes))) {
      world.listener = reader.index.commits();
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        String[] channels = feeds.get(i % 3).toArray(String[]::new);
        clients.add(new Client(reader.follow(new Since.Beginning(), channels), 1 + i));
      }
      clients.forEach(Client::go);
      BucketFault fault =
          world.index.bucket.inject(
              BucketFault.of(Action.FAIL)
                  .on(Operation.GET)
                  .where(key -> !key.contains("stable"))
                  .withProbability(0.05, new Random(seed)));
      for (int step = 0; step < 160; step++) {
        world.live(4);
        if (step % 16 == 15) {
          world.rollBack();
        }
        if (step % 10 == 8) {
          reader.refresh();
          await().until(() -> clients.stream().allMatch(client -> client.asleep));
        } else {
          reader.look();
        }
      }
      fault.stop();
      world.settle();
      reader.refresh();
      world.end();
      reader.refresh();
      for (int i = 0; i < clients.size(); i++) {
        Map<String, Row> told = TestReader.get(clients.get(i).done);
        world.assertKnows(feeds.get(i % 3), told);
      }
      assertThat(fault.hits() > 0).isEqualTo(kind == TestReader.Rows.IN_BUCKET);
      assertThat(reader.index.statistics().handedOver()).isPositive();
      assertThat(reader.index.statistics().clampedTokens()).isPositive();
    } catch (CompletionException e) {
      throw new AssertionError("seed=" + seed, e.getCause());
    }
  }
}
