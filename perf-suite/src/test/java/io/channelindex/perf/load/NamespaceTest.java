package io.channelindex.perf.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceTest {
  private final Namespace namespace = new Namespace("r1", "kv-get");

  private int indexOf(String key) {
    return namespace.indexOf(key.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void keysAreReadBack() {
    assertThat(namespace.key(0xa3f2)).isEqualTo("perf:r1:kv-get:0000a3f2");
    new Random(3)
        .ints(1_000, 0, Integer.MAX_VALUE)
        .forEach(index -> assertThat(indexOf(namespace.key(index))).isEqualTo(index));
    assertThat(indexOf(namespace.key(Integer.MAX_VALUE))).isEqualTo(Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "p",
        "perf:r1:kv-get",
        "perf:r2:kv-get:00000001",
        "perf:r1:kv-upsert:00000001"
      })
  void keysOfOthersAreForeign(String key) {
    assertThat(indexOf(key)).isEqualTo(Namespace.FOREIGN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "perf:r1:kv-get:",
        "perf:r1:kv-get:1",
        "perf:r1:kv-get:000000010",
        "perf:r1:kv-get:0000000g",
        "perf:r1:kv-get:0000000A",
        "perf:r1:kv-get:80000000",
        "perf:r1:kv-get:ffffffff"
      })
  void keysThatOnlyBeginRightAreMalformed(String key) {
    assertThat(indexOf(key)).isEqualTo(Namespace.MALFORMED);
  }
}
