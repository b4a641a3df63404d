package io.channelindex.benchmarks.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.token.FeedToken;
import io.channelindex.sequence.token.TokenSettings.Strategy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBenchmarkTest {
  @ParameterizedTest
  @CsvSource({
    "STATELESS, 0, 2200",
    "STATELESS, 20, 2200",
    "LOOKUP, 20, 43",
    "RELATIVE, 0, 16",
    "RELATIVE, 20, 64",
    "RELATIVE, 1024, 1700"
  })
  void whatIsBuiltIsParsedAndAsShortAsItShouldBe(Strategy strategy, int changed, int longest) {
    TokenBenchmark benchmark = new TokenBenchmark();
    benchmark.strategy = strategy;
    benchmark.changed = changed;
    benchmark.begin();

    String built = benchmark.build();
    FeedToken parsed = benchmark.parse();

    System.out.printf(
        "token characters: strategy=%s, changed=%d, length=%d%n",
        strategy, changed, built.length());
    assertThat(built.length()).isLessThanOrEqualTo(longest);
    assertThat(parsed.iteration()).isNull();
    assertThat(parsed.since().vbuckets()).isEqualTo(1024);
    assertThat(benchmark.build()).isNotEqualTo(strategy == Strategy.RELATIVE ? "" : built);
  }
}
