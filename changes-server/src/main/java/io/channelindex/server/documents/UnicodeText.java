package io.channelindex.server.documents;

import java.nio.charset.StandardCharsets;

/** Texts that survive the way to bytes and back. */
final class UnicodeText {
  private UnicodeText() {}

  /** Whether every surrogate has its other half: else two texts could become the same bytes. */
  static boolean isValid(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
