package io.channelindex.perf.follow;

import io.channelindex.perf.oracle.WriteLog;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One event loop with its followers and a connection for each of them. Methods may be called from
 * any thread; what they do to followers they do on the loop's.
 */
final class FollowerLoop extends VerticleBase {
  /** How many connections are opened at a time: more would overrun what a server lets wait. */
  private static final int OPENING = 32;

  private final List<Follower> followers = new ArrayList<>();
  private final List<Integer> channels = new ArrayList<>();
  private @Nullable HttpClientAgent client;
  private int asked;

  /** Makes a follower. */
  @FunctionalInterface
  interface Maker {
    /**
     * Makes one.
     *
     * @param channel what it follows
     * @param listening to be run when its first answer has begun
     */
    Follower make(HttpClient client, int channel, Runnable listening);
  }

  /**
   * Makes followers and connects them, some at a time. To be called once.
   *
   * @param each the channel of each of them
   * @return completes when all of them are listening
   */
  CompletableFuture<Void> connect(List<Integer> each, Maker maker) {
    CompletableFuture<Void> all = new CompletableFuture<>();
    context.runOnContext(
        ignored -> {
          HttpClientAgent http =
              vertx.createHttpClient(
                  new HttpClientOptions(),
                  new PoolOptions().setHttp1MaxSize(Math.max(1, each.size())));
          client = http;
          int[] waiting = {each.size()};
          Runnable listening =
              () -> {
                askNext();
                if (--waiting[0] == 0) {
                  all.complete(null);
                }
              };
          channels.addAll(each);
          each.forEach(channel -> followers.add(maker.make(http, channel, listening)));
          for (int i = 0; i < OPENING; i++) {
            askNext();
          }
          if (each.isEmpty()) {
            all.complete(null);
          }
        });
    return all;
  }

  private void askNext() {
    if (asked < followers.size()) {
      followers.get(asked++).ask();
    }
  }

  /**
   * Adds up what the followers were shown.
   *
   * @param expected by channel, what they must have been shown in the end; empty if nothing yet
   */
  CompletableFuture<FollowerTally> tally(List<List<WriteLog.Expectation>> expected) {
    CompletableFuture<FollowerTally> result = new CompletableFuture<>();
    context.runOnContext(
        ignored -> {
          FollowerTally tally = FollowerTally.NOTHING;
          for (int i = 0; i < followers.size(); i++) {
            tally =
                tally.plus(
                    followers
                        .get(i)
                        .tally(expected.isEmpty() ? List.of() : expected.get(channels.get(i))));
          }
          result.complete(tally);
        });
    return result;
  }

  /** No follower asks any more, and their connections are closed. */
  CompletableFuture<Void> close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    context.runOnContext(
        ignored -> {
          followers.forEach(Follower::close);
          if (client == null) {
            closed.complete(null);
          } else {
            // At once: left to itself the client would wait for answers that do not end.
            client.shutdown(0, TimeUnit.SECONDS).onComplete(done -> closed.complete(null));
          }
        });
    return closed;
  }
}
