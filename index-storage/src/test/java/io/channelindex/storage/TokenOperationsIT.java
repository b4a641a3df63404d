package io.channelindex.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedTokens;
import io.channelindex.sequence.token.TokenScope;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.sequence.token.TokenSettings.Strategy;
import io.channelindex.storage.clocks.BucketClockStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the index bucket is asked for because of tokens, through the real client: two servers with
 * five feeds each, and a clock that moves every second, as the tests with a store in memory have
 * it.
 */
class TokenOperationsIT {
  private static final int VBUCKETS = 1024;
  private static final int SERVERS = 2;
  private static final int FEEDS = 5;
  private static final int SECONDS = 300;
  private static EmbeddedCouchbase node;
  private static IndexClient client;

  private final AtomicInteger operations = new AtomicInteger();
  private Instant now = Instant.now();

  @BeforeAll
  static void start() {
    node = EmbeddedCouchbase.builder().vbuckets(64).bucket("index").start();
    client = IndexClient.connect(node);
  }

  @AfterAll
  static void stop() {
    client.close();
    node.close();
  }

  /** The bucket, with every operation counted. */
  private IndexBucket counted() {
    IndexBucket bucket = client.bucket();
    return (IndexBucket)
        Proxy.newProxyInstance(
            IndexBucket.class.getClassLoader(),
            new Class<?>[] {IndexBucket.class},
            (proxy, method, arguments) -> {
              operations.incrementAndGet();
              try {
                return method.invoke(bucket, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private FeedTokens server(Strategy strategy, IndexKeys keys) {
    return new FeedTokens(
        1,
        VBUCKETS,
        TokenSettings.DEFAULT.with(strategy),
        new BucketClockStore(counted(), keys, Runnable::run),
        () -> now);
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @CsvSource({"STATELESS, 0, 0", "LOOKUP, 0.3, 0.3", "RELATIVE, 0.005, 0.02"})
  void theBucketIsAskedAsOftenAsTheCountingStore(Strategy strategy, double least, double most)
      throws Exception {
    IndexKeys keys = new IndexKeys("tokens-" + strategy);
    FeedTokens[] servers = {server(strategy, keys), server(strategy, keys)};
    long[] seqnos = new long[VBUCKETS];
    Arrays.fill(seqnos, 100_000);
    String last = "";
    for (int second = 0; second < SECONDS; second++) {
      for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
        seqnos[vbucket] += 1 + (vbucket + second) % 3;
      }
      ClockSpan at = ClockSpan.exactly(SequenceClock.of(seqnos));
      for (FeedTokens server : servers) {
        for (int feed = 0; feed < FEEDS; feed++) {
          last = get(server.caughtUp(new TokenScope(7, feed), at));
        }
      }
      now = now.plus(Duration.ofSeconds(1));
    }

    double perIteration = operations.get() / (double) (SECONDS * SERVERS * FEEDS);
    System.out.printf("%s: bucket operations per iteration: %.4f%n", strategy, perIteration);
    assertThat(perIteration).isBetween(least, most);
    assertThat(get(server(strategy, keys).parse(last)).since()).isEqualTo(SequenceClock.of(seqnos));
  }
}
