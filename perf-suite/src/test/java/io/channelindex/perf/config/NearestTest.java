package io.channelindex.perf.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "'', abc, 3",
    "abc, '', 3",
    "kitten, sitting, 3",
    "perf.seconds, perf.second, 1",
    "ab, ba, 2"
  })
  void distanceIsTheFewestEdits(String left, String right, int edits) {
    assertThat(Nearest.distance(left, right)).isEqualTo(edits);
    assertThat(Nearest.distance(right, left)).isEqualTo(edits);
  }

  @Test
  void theClosestNamesComeFirstAndAreFew() {
    assertThat(Nearest.to("kv-gets", List.of("dcp-live", "kv-get", "kv-upsert", "kv-set")))
        .containsExactly("kv-get", "kv-set");
    assertThat(Nearest.to("zzz", List.of("a", "b", "c", "d", "e"))).hasSize(3);
    assertThat(Nearest.to("zzz", List.of())).isEmpty();
  }
}
