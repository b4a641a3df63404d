package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class HuffmanCodeTest {
  @Property(tries = 500)
  void anythingComesBack(@ForAll @Size(max = 2_000) byte[] text) {
    roundTrip(text);
    for (int i = 0; i < text.length; i++) {
      text[i] &= 7;
    }
    roundTrip(text);
  }

  @Example
  void oneByteAndNoneComeBack() {
    byte[] same = new byte[1_000];
    Arrays.fill(same, (byte) 'x');

    assertThat(roundTrip(same)).isLessThan(150);
    assertThat(roundTrip(new byte[0])).isEqualTo(1);
    assertThat(roundTrip(new byte[] {-1})).isEqualTo(2);
  }

  /** Frequencies like Fibonacci's numbers make the deepest tree that there is. */
  @Example
  void codesStayWithinTheirLimitHoweverSkewed() {
    byte[] text = new byte[200_000];
    int at = 0;
    long before = 1;
    long frequency = 1;
    for (int octet = 0; octet < 25 && at < text.length; octet++) {
      int end = (int) Math.min(text.length, at + frequency);
      Arrays.fill(text, at, end, (byte) octet);
      at = end;
      long next = before + frequency;
      before = frequency;
      frequency = next;
    }
    roundTrip(Arrays.copyOf(text, at));
  }

  @Example
  void takesNearTheEntropy() {
    Random random = new Random(1);
    byte[] text = new byte[50_000];
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) ('a' + Math.min(25, (int) (-Math.log(1 - random.nextDouble()) * 6)));
    }
    double[] frequencies = new double[256];
    for (byte octet : text) {
      frequencies[octet]++;
    }
    double entropy = 0;
    for (double frequency : frequencies) {
      entropy -= frequency == 0 ? 0 : frequency * Math.log(frequency / text.length) / Math.log(2);
    }

    assertThat(8.0 * roundTrip(text)).isBetween(entropy, 1.02 * entropy);
  }

  /** Returns the size. */
  private static int roundTrip(byte[] text) {
    PayloadWriter payload = PayloadWriter.ofDocument(16);
    HuffmanCode.write(payload, text, text.length);
    byte[] document = payload.seal(DocumentFormat.CLOCK);
    byte[] read =
        PayloadReader.decode(
            "key", DocumentFormat.CLOCK, document, reader -> HuffmanCode.read(reader, text.length));
    assertThat(read).isEqualTo(text);
    return document.length - DocumentHeader.SIZE;
  }
}
