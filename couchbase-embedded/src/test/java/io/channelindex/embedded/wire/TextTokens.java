package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Translates the numbers that real servers print into documents and attributes: CAS, vbuuid and
 * seqno as {@code 0x} and 16 hex digits (a CAS also byte-swapped), and times in seconds.
 */
final class TextTokens {
  /** The captures were taken within one hour of November 2026. */
  private static final Pattern TOKEN = Pattern.compile("0x[0-9a-f]{16}|\\b1795\\d{6}\\b");

  private static final int CAS_OF_THE_CAPTURES = 0x18ea;

  private final Correspondence numbers;

  TextTokens(Correspondence numbers) {
    this.numbers = numbers;
  }

  /**
   * {@code captured} in the numbers of this run.
   *
   * @param capturedTime and {@code actualTime}: seconds of the CAS that came with each
   */
  byte[] expected(byte[] captured, byte[] actual, int vbucket, long capturedTime, long actualTime) {
    String capturedText = new String(captured, ISO_8859_1);
    String actualText = new String(actual, ISO_8859_1);
    StringBuilder expected = new StringBuilder();
    Matcher token = TOKEN.matcher(capturedText);
    int copied = 0;
    while (token.find()) {
      expected.append(capturedText, copied, token.start());
      String inActual =
          token.end() <= actualText.length()
              ? actualText.substring(token.start(), token.end())
              : "";
      expected.append(
          TOKEN.matcher(inActual).matches() || inActual.matches("\\d{10}")
              ? expectedToken(token.group(), inActual, vbucket, capturedTime, actualTime)
              : token.group());
      copied = token.end();
    }
    return expected.append(capturedText.substring(copied)).toString().getBytes(ISO_8859_1);
  }

  private String expectedToken(
      String captured, String actual, int vbucket, long capturedTime, long actualTime) {
    if (!captured.startsWith("0x")) {
      long due = Long.parseLong(captured) - capturedTime + actualTime;
      return Math.abs(due - Long.parseLong(actual)) <= 1 ? actual : Long.toString(due);
    }
    if (!actual.startsWith("0x")) {
      return captured;
    }
    long from = Long.parseUnsignedLong(captured.substring(2), 16);
    long to = Long.parseUnsignedLong(actual.substring(2), 16);
    return String.format("0x%016x", expectedNumber(from, to, vbucket));
  }

  private long expectedNumber(long captured, long actual, int vbucket) {
    if (captured >>> 48 == CAS_OF_THE_CAPTURES) {
      return numbers.expectedCas(captured, actual);
    }
    long swapped = Long.reverseBytes(captured);
    if (swapped >>> 48 == CAS_OF_THE_CAPTURES) {
      return Long.reverseBytes(numbers.expectedCas(swapped, Long.reverseBytes(actual)));
    }
    boolean seqno = captured >>> 40 == 0;
    return seqno
        ? numbers.expectedSeqno(vbucket, captured, actual)
        : numbers.expectedVbuuid(vbucket, captured, actual);
  }
}
