package io.channelindex.server.documents;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Texts of ASCII that come again and again, such as the names of channels: who asks for one that
 * came a while ago gets the same object, whose hash is known already.
 *
 * <p>Bounded: each text has one place, where it replaces another. Thread-safe without locks: texts
 * are immutable, and who sees an older one makes its own.
 */
final class RecentTexts {
  private static final int PLACES = 1024;

  private final @Nullable String[] texts = new String[PLACES];

  /** The text whose characters stand there, none above 0x7f. */
  String text(byte[] ascii, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + ascii[i];
    }
    int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
    String known = texts[place];
    // The hash of a text of ASCII: the same for others, seldom.
    if (known != null && known.hashCode() == hash && isAt(known, ascii, from, to)) {
      return known;
    }
    String made = new String(ascii, from, to - from, StandardCharsets.ISO_8859_1);
    texts[place] = made;
    return made;
  }

  private static boolean isAt(String text, byte[] ascii, int from, int to) {
    if (text.length() != to - from) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (text.charAt(i - from) != ascii[i]) {
        return false;
      }
    }
    return true;
  }
}
