package io.channelindex.sequence.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Crc32cTest {
  @Property
  void whatIsContinuedIsTheChecksumOfTheWhole(@ForAll byte[] bytes, @ForAll int any) {
    int cut = Math.floorMod(any, bytes.length + 1);

    assertThat(Crc32c.continued(Crc32c.of(bytes, cut), bytes, cut, bytes.length))
        .isEqualTo(Crc32c.of(bytes, bytes.length));
  }

  @Test
  void theCheckValueOfTheStandard() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(Crc32c.continued(0, digits, 0, digits.length)).isEqualTo(0xe3069283);
  }
}
