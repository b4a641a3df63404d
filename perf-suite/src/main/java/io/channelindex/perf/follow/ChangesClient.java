package io.channelindex.perf.follow;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.oracle.FollowerView;
import io.channelindex.perf.oracle.WriteLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/**
 * The clients of one database of a changes server: any number of followers, and writers, on two
 * threads. Safe for use by many threads.
 */
public final class ChangesClient implements AutoCloseable {
  private static final int LOOPS = 2;
  private static final int WRITER_CONNECTIONS = 64;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final HttpClientAgent client;
  private final Requests requests;
  private final URI server;
  private final String database;
  private final List<FollowerLoop> loops = new ArrayList<>();

  /**
   * @param server the server's public port
   * @param database the database
   * @throws InterruptedException if the thread is interrupted
   */
  public ChangesClient(URI server, String database) throws InterruptedException {
    this.server = server;
    this.database = database;
    this.vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(WRITER_CONNECTIONS));
    this.requests = new Requests(vertx.getOrCreateContext(), client, server, database);
    try {
      for (int i = 0; i < LOOPS; i++) {
        FollowerLoop loop = new FollowerLoop();
        await(vertx.deployVerticle(loop), "starting the followers' threads");
        loops.add(loop);
      }
    } catch (PerfException | InterruptedException e) {
      close();
      throw e;
    }
  }

  /** Documents through the server's REST interface. */
  public RestDocuments documents() {
    return new RestDocuments(requests);
  }

  /** Looks what a channel has. */
  public ChannelReader channels() {
    return new ChannelReader(requests);
  }

  /**
   * Connects followers and returns when all of them are listening. To be called once.
   *
   * @param namespace whose channels and documents
   * @param channels the channel of each follower
   * @param views makes what judges a follower of a channel
   * @throws PerfException if they do not get an answer in time
   * @throws InterruptedException if the thread is interrupted
   */
  public void follow(
      FeedKind kind,
      Namespace namespace,
      TimeSource time,
      List<Integer> channels,
      IntFunction<FollowerView> views)
      throws InterruptedException {
    FeedAddress address = new FeedAddress(server, database, kind);
    List<CompletableFuture<Void>> connected = new ArrayList<>();
    for (int i = 0; i < LOOPS; i++) {
      List<Integer> share = new ArrayList<>();
      for (int follower = i; follower < channels.size(); follower += LOOPS) {
        share.add(channels.get(follower));
      }
      connected.add(
          loops
              .get(i)
              .connect(
                  share,
                  (http, channel, listening) ->
                      new Follower(
                          vertx, http, address, namespace, time, views.apply(channel), listening)));
    }
    try {
      await(CompletableFuture.allOf(connected.toArray(CompletableFuture[]::new)), "connecting");
    } catch (PerfException e) {
      throw new PerfException(e.getMessage() + ", " + tally(List.of()).firstProblem(), e);
    }
  }

  /**
   * What the followers were shown so far.
   *
   * @param expected by channel, what they must have been shown in the end; empty if nothing yet
   * @throws InterruptedException if the thread is interrupted
   */
  public FollowerTally tally(List<List<WriteLog.Expectation>> expected)
      throws InterruptedException {
    FollowerTally tally = FollowerTally.NOTHING;
    for (FollowerLoop loop : loops) {
      tally = tally.plus(await(loop.tally(expected), "asking the followers"));
    }
    return tally;
  }

  /** What the followers were shown so far, as soon as they find time to say so. */
  public CompletableFuture<FollowerTally> tallyLater() {
    CompletableFuture<FollowerTally> sum = CompletableFuture.completedFuture(FollowerTally.NOTHING);
    for (FollowerLoop loop : loops) {
      sum = sum.thenCombine(loop.tally(List.of()), FollowerTally::plus);
    }
    return sum;
  }

  /** Disconnects everybody. */
  @Override
  public void close() {
    try {
      for (FollowerLoop loop : loops) {
        await(loop.close(), "stopping the followers");
      }
      await(client.shutdown(0, TimeUnit.SECONDS), "closing the writers' connections");
      await(vertx.close(), "ending the followers' threads");
    } catch (InterruptedException e) {
      Future<Void> ignored = vertx.close();
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T await(Future<T> future, String what) throws InterruptedException {
    return await(future.toCompletionStage().toCompletableFuture(), what);
  }

  private static <T> T await(CompletableFuture<T> future, String what) throws InterruptedException {
    try {
      return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new PerfException(what + " failed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new PerfException(what + " takes too long: patience=" + PATIENCE, e);
    }
  }
}
