package io.channelindex.server.documents;

/** Texts that survive the way to bytes and back. */
final class UnicodeText {
  private UnicodeText() {}

  /** Whether every surrogate has its other half: else two texts could become the same bytes. */
  static boolean isValid(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (i + 1 == text.length()
            || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /** The number of bytes of a {@linkplain #isValid valid} text. */
  static int utf8Length(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      // The halves of a pair have two bytes each.
      bytes += unit < 0x80 ? 1 : unit < 0x800 || Character.isSurrogate(unit) ? 2 : 3;
    }
    return bytes;
  }
}
