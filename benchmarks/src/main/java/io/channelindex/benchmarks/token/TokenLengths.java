package io.channelindex.benchmarks.token;

import io.channelindex.sequence.token.TokenSettings.Strategy;

/** How long tokens are: it needs no time to find out. */
public final class TokenLengths {
  private TokenLengths() {}

  /**
   * The characters of the token of {@link TokenBenchmark}.
   *
   * @param changed in how many vbuckets the feed's channels have entries since the base clock
   */
  public static int of(Strategy strategy, int changed) {
    TokenBenchmark benchmark = new TokenBenchmark();
    benchmark.strategy = strategy;
    benchmark.changed = changed;
    benchmark.begin();
    return benchmark.build().length();
  }
}
