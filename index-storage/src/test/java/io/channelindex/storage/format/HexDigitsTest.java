package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class HexDigitsTest {
  @Property(tries = 300)
  void formatsAndParsesAsJavaDoes(
      @ForAll @Size(max = 40) byte[] bytes, @ForAll @IntRange(max = 9) int at) {
    byte[] source = new byte[at + bytes.length];
    System.arraycopy(bytes, 0, source, at, bytes.length);
    byte[] digits = new byte[at + 2 * bytes.length];
    HexDigits.format(source, at, bytes.length, digits, at);

    assertThat(new String(digits, at, 2 * bytes.length, StandardCharsets.US_ASCII))
        .isEqualTo(HexFormat.of().formatHex(bytes));
    byte[] parsed = new byte[source.length];
    assertThat(HexDigits.parse(digits, at, bytes.length, parsed, at)).isTrue();
    assertThat(parsed).isEqualTo(source);
    assertThat(Arrays.copyOf(digits, at)).isEqualTo(new byte[at]);
  }

  /** Every byte at every place, among eight that are looked at together and behind them. */
  @Example
  void nothingElseIsADigit() {
    for (int octets = 1; octets <= 9; octets++) {
      for (int place = 0; place < 2 * octets; place++) {
        for (int octet = 0; octet < 256; octet++) {
          byte[] digits = new byte[2 * octets];
          Arrays.fill(digits, (byte) 'f');
          digits[place] = (byte) octet;
          boolean isDigit = "0123456789abcdef".indexOf(octet) >= 0;
          assertThat(HexDigits.parse(digits, 0, octets, new byte[octets], 0))
              .as("%d at %d of %d", octet, place, digits.length)
              .isEqualTo(isDigit);
        }
      }
    }
  }
}
