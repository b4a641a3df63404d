package io.channelindex.perf.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JvmOptionsTest {
  @Test
  void oldVersionsOfJavaAreNotGivenOptionsThatTheyDoNotKnow() {
    assertThat(JvmOptions.forJava(17))
        .noneMatch(option -> option.contains("sun-misc-unsafe") || option.contains("vector"));
    assertThat(JvmOptions.forJava(25))
        .contains("--sun-misc-unsafe-memory-access=allow")
        .containsSequence("--add-modules", "jdk.incubator.vector");
  }
}
