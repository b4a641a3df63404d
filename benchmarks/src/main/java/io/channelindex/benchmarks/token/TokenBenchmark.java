package io.channelindex.benchmarks.token;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken;
import io.channelindex.sequence.token.FeedTokens;
import io.channelindex.sequence.token.TokenScope;
import io.channelindex.sequence.token.TokenSettings;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Tokens of a feed that is level with an index of 1,024 vbuckets: built for a clock that was not
 * seen before, and parsed on another server than the one that built it, with its caches warm.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenBenchmark {
  private static final int VBUCKETS = 1024;
  private static final TokenScope SCOPE = new TokenScope(7, 42);

  @Param({"STATELESS", "LOOKUP", "RELATIVE"})
  TokenSettings.Strategy strategy;

  /** In how many vbuckets the feed's channels have entries since the base clock. */
  @Param({"0", "20", "1024"})
  int changed;

  private SequenceClock low;
  private SequenceClock high;
  private FeedTokens tokens;
  private FeedTokens elsewhere;
  private String text;
  private long round;

  /** A base, and a clock some hundred mutations a vbucket after it. */
  @Setup
  public void begin() {
    SplittableRandom random = new SplittableRandom(3);
    long[] base = random.longs(VBUCKETS, 97_000, 99_000).toArray();
    long[] entries = base.clone();
    long[] now = base.clone();
    for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
      now[vbucket] += random.nextInt(480, 521);
    }
    for (int i = 0; i < changed; i++) {
      int vbucket = changed == VBUCKETS ? i : i * (VBUCKETS / changed) + random.nextInt(9);
      entries[vbucket] += random.nextInt(1, 480);
    }
    low = SequenceClock.of(entries);
    high = SequenceClock.of(now);
    HeldClocks store = new HeldClocks();
    tokens = server(store);
    elsewhere = server(store);
    wait(tokens, ClockSpan.exactly(SequenceClock.of(base)));
    text = wait(tokens, new ClockSpan(low, high));
  }

  private FeedTokens server(HeldClocks store) {
    return new FeedTokens(
        1, VBUCKETS, TokenSettings.DEFAULT.with(strategy), store, InstantSource.system());
  }

  private static String wait(FeedTokens tokens, ClockSpan at) {
    return tokens.caughtUp(SCOPE, at).toCompletableFuture().join();
  }

  /** The token of a clock that is new. */
  @Benchmark
  public String build() {
    return wait(tokens, new ClockSpan(low, high.with(0, high.seqno(0) + ++round)));
  }

  /** What it says. */
  @Benchmark
  public FeedToken parse() {
    return elsewhere.parse(text).toCompletableFuture().join();
  }
}
