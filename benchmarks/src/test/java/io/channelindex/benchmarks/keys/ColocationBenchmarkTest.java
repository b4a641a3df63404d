package io.channelindex.benchmarks.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.storage.Colocation;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColocationBenchmarkTest {
  @ParameterizedTest
  @ValueSource(ints = {12, 200})
  void whatIsMeasuredPutsKeysTogether(int name) {
    ColocationBenchmark benchmark = new ColocationBenchmark();
    benchmark.name = name;
    benchmark.begin();

    Set<String> suffixes = new HashSet<>();
    Set<Integer> vbuckets = new HashSet<>();
    for (int i = 0; i < 64; i++) {
      suffixes.add(benchmark.suffix());
    }
    for (int i = 0; i < 64; i++) {
      vbuckets.add(new Colocation(1024).vbucketOf(benchmark.keyTogether()));
    }

    assertThat(suffixes).hasSize(64);
    assertThat(vbuckets).hasSize(4);
    assertThat(benchmark.vbucketOf()).isBetween(0, 1023);
    assertThat(benchmark.keyAnywhere()).contains("c".repeat(name));
  }
}
