package io.channelindex.embedded.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.math.BigInteger;
import java.util.HexFormat;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Leb128Test {
  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "8, 08",
    "127, 7f",
    "128, 8001",
    "555, ab04",
    "16383, ff7f",
    "16384, 808001",
    "2097151, ffff7f",
    "2097152, 80808001",
    "268435455, ffffff7f",
    "268435456, 8080808001",
    "2147483648, 8080808008",
    "4294967295, ffffffff0f"
  })
  void encodesKnownValues(long value, String hex) {
    byte[] expected = HexFormat.of().parseHex(hex);

    assertThat(Leb128.encode((int) value)).isEqualTo(expected);
    assertThat(Leb128.length((int) value)).isEqualTo(expected.length);
    assertThat(decodeEverywhere(expected)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "80",
        "ffff",
        "80808080",
        // No stop within five bytes.
        "8080808080",
        "808080808000",
        // More than 32 bits.
        "8080808010",
        "ffffffff1f",
        "ffffffff7f",
        // Longer than need be.
        "8000",
        "8100",
        "ff00",
        "808000",
        "8080808000",
        "ffffffff00"
      })
  void refusesWhatIsNotTheShortestEncodingOf32Bits(String hex) {
    assertThat(decodeEverywhere(HexFormat.of().parseHex(hex))).isEqualTo(Leb128.MALFORMED);
  }

  @Property
  void everyValueSurvivesAmongOtherBytes(
      @ForAll int value, @ForAll byte before, @ForAll byte after) {
    int length = Leb128.length(value);
    byte[] bytes = new byte[length + 2];
    bytes[0] = before;
    bytes[length + 1] = after;

    assertThat(Leb128.encode(value, bytes, 1)).isEqualTo(length + 1);
    assertThat(bytes[0]).isEqualTo(before);
    assertThat(bytes[length + 1]).isEqualTo(after);
    assertThat(Leb128.decode(bytes, 1, bytes.length)).isEqualTo(Integer.toUnsignedLong(value));
    assertThat(Leb128.decode(bytes, 1, length)).isEqualTo(Leb128.MALFORMED);

    ByteBuf buffer = Unpooled.buffer(1).writeByte(before);
    Leb128.encode(value, buffer);
    buffer.writeByte(after);
    assertThat(buffer).isEqualTo(Unpooled.wrappedBuffer(bytes));
  }

  @Property(tries = 20_000)
  void agreesWithTheReferenceOnArbitraryBytes(@ForAll @Size(max = 8) byte[] bytes) {
    assertThat(decodeEverywhere(bytes)).isEqualTo(referenceDecode(bytes));
  }

  @Property
  void agreesWithTheReferenceOnLongRunsOfContinuedBytes(
      @ForAll @Size(max = 6) byte[] bytes, @ForAll byte last) {
    byte[] continued = new byte[bytes.length + 1];
    for (int i = 0; i < bytes.length; i++) {
      continued[i] = (byte) (bytes[i] | 0x80);
    }
    continued[bytes.length] = last;

    assertThat(decodeEverywhere(continued)).isEqualTo(referenceDecode(continued));
  }

  @Example
  void lengthAgreesWithTheEncodingAtEveryPowerOfTwo() {
    for (int bit = 0; bit < 32; bit++) {
      for (int value : new int[] {(1 << bit) - 1, 1 << bit, (1 << bit) + 1}) {
        int digits = BigInteger.valueOf(Integer.toUnsignedLong(value)).toString(2).length();
        assertThat(Leb128.length(value)).isEqualTo((digits + 6) / 7);
      }
    }
  }

  @Test
  void decodingDoesNotMoveTheBuffer() {
    ByteBuf buffer = Unpooled.wrappedBuffer(new byte[] {1, (byte) 0xab, 4, 9}).skipBytes(1);

    assertThat(Leb128.decode(buffer, buffer.readerIndex(), buffer.writerIndex())).isEqualTo(555);
    assertThat(buffer.readerIndex()).isEqualTo(1);
  }

  @Test
  void encodingBehindTheEndOfAnArrayFails() {
    assertThatThrownBy(() -> Leb128.encode(128, new byte[4], 3))
        .isInstanceOf(ArrayIndexOutOfBoundsException.class);
  }

  /** Decodes from an array and from a buffer, and checks that they agree. */
  private static long decodeEverywhere(byte[] bytes) {
    long value = Leb128.decode(bytes, 0, bytes.length);
    ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    assertThat(Leb128.decode(buffer, 0, bytes.length)).isEqualTo(value);
    return value;
  }

  /** The definition, digit by digit: a number in base 128 that must be its own shortest form. */
  private static long referenceDecode(byte[] bytes) {
    BigInteger value = BigInteger.ZERO;
    for (int i = 0; i < bytes.length; i++) {
      value =
          value.add(BigInteger.valueOf(bytes[i] & 0x7f).multiply(BigInteger.valueOf(128).pow(i)));
      if (bytes[i] >= 0) {
        boolean shortest = i == 0 || bytes[i] != 0;
        return shortest && value.bitLength() <= 32 ? value.longValueExact() : Leb128.MALFORMED;
      }
    }
    return Leb128.MALFORMED;
  }
}
