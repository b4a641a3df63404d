package io.channelindex.storage.format;

/**
 * Finds in a document id what varies among ids that are alike: runs of decimal digits ({@code
 * doc-17}), of hexadecimal ones, and UUIDs. What is between them are its pieces, one more than
 * fields, many of them empty or the same as in the id before.
 *
 * <p>A run of letters and digits is a field as a whole or has one decimal field, so that random
 * text is not cut into pieces that never come again.
 *
 * <p>Confined to one thread; used again and again, it allocates nothing.
 */
final class IdFields {
  /** The most fields of an id; what is behind them is its last piece. */
  static final int MAX = 4;

  /** The most digits of a decimal field: below 2^63. */
  static final int MAX_DECIMALS = 18;

  /** Decimal digits: the numbers 1 … 18 are kinds too, a number padded with zeroes to so many. */
  static final int DECIMAL = 0;

  /** A UUID with lowercase digits, 16 bytes; with uppercase ones, 1 more. */
  static final int UUID = 19;

  /** Any text; where ids are sorted into columns, not in rows. */
  static final int TEXT = 31;

  /** Lowercase hexadecimal digits, an even number of them: half as many are added to the kind. */
  static final int HEX = 32;

  /** The same in uppercase. */
  static final int HEX_UPPER = HEX + 128;

  /** The fewest and the most bytes of a hexadecimal field. */
  static final int MIN_HEX_BYTES = 4;

  static final int MAX_HEX_BYTES = 64;

  private static final int UUID_LENGTH = 36;
  private static final int UUID_DASHES = 4;
  private static final int OTHER = 0;
  private static final int DIGIT = 1;
  private static final int LOWER_HEX = 2;
  private static final int UPPER_HEX = 4;
  private static final int LETTER = 8;
  private static final byte[] CLASSES = classes();

  private final int[] kinds = new int[MAX];
  private final int[] from = new int[MAX];
  private final int[] to = new int[MAX];
  private int count;

  /** Finds the fields of the id that stands there. */
  void find(byte[] id, int start, int end) {
    count = 0;
    int at = start;
    while (at < end && count < MAX) {
      if (classOf(id[at]) == OTHER) {
        at++;
      } else if (isUuid(id, at, end)) {
        add(isUpper(id, at, at + UUID_LENGTH) ? UUID + 1 : UUID, at, at + UUID_LENGTH);
        at += UUID_LENGTH;
      } else {
        at = findInRun(id, at, end);
      }
    }
  }

  /** Takes the fields of an id that a pattern matched. */
  void take(IdPattern pattern) {
    count = 0;
    for (int field = 0; field < pattern.fields(); field++) {
      add(pattern.kind(field), pattern.from(field), pattern.to(field));
    }
  }

  /**
   * Whether, of the id in which they were found, all fields are decimal or hexadecimal, and would
   * be found whichever numbers, and digits of the same kind and number, stood there.
   */
  boolean areFoundAlways(byte[] id, int length) {
    int dashes = 0;
    int at = 0;
    for (int field = 0; field < count; field++) {
      boolean always =
          kinds[field] == DECIMAL
              ? !mayBeHex(lettersAround(id, length, field))
              : kinds[field] >= HEX && hasLetter(id, from[field], to[field]);
      if (!always) {
        return false;
      }
      dashes += dashes(id, at, from[field]);
      at = to[field];
    }
    return dashes + dashes(id, at, length) < UUID_DASHES;
  }

  private int lettersAround(byte[] id, int length, int field) {
    int seen = 0;
    for (int i = from[field] - 1; i >= 0 && classOf(id[i]) != OTHER; i--) {
      seen |= classOf(id[i]);
    }
    for (int i = to[field]; i < length && classOf(id[i]) != OTHER; i++) {
      seen |= classOf(id[i]);
    }
    return seen;
  }

  /** Whether a run with these characters and some digits is hexadecimal if its length is right. */
  private static boolean mayBeHex(int letters) {
    return letters == LOWER_HEX || letters == UPPER_HEX;
  }

  /**
   * Whether a run of so many bytes is a hexadecimal field of a kind: it has digits and letters, or
   * it would be another one, or none.
   */
  static boolean isHex(int kind, byte[] id, int start, int end) {
    int seen = 0;
    for (int i = start; i < end; i++) {
      seen |= classOf(id[i]) == OTHER ? LETTER : classOf(id[i]);
    }
    return seen == (kind >= HEX_UPPER ? DIGIT | UPPER_HEX : DIGIT | LOWER_HEX);
  }

  private static boolean hasLetter(byte[] id, int start, int end) {
    for (int i = start; i < end; i++) {
      if (classOf(id[i]) != DIGIT) {
        return true;
      }
    }
    return false;
  }

  private static int dashes(byte[] id, int start, int end) {
    int dashes = 0;
    for (int i = start; i < end; i++) {
      dashes += id[i] == '-' ? 1 : 0;
    }
    return dashes;
  }

  /** How many fields there are. */
  int count() {
    return count;
  }

  /** What a field is. */
  int kind(int field) {
    return kinds[field];
  }

  /** Where a field begins. */
  int from(int field) {
    return from[field];
  }

  /** Where a field ends. */
  int to(int field) {
    return to[field];
  }

  /** The number in a decimal field. */
  long decimal(byte[] id, int field) {
    return decimal(id, from[field], to[field]);
  }

  /** The number that stands there. */
  static long decimal(byte[] id, int start, int end) {
    long value = 0;
    for (int i = start; i < end; i++) {
      value = 10 * value + (id[i] - '0');
    }
    return value;
  }

  /** Whether a byte is between words: neither a letter nor a digit, but of ASCII. */
  static boolean isSeparator(byte octet) {
    return octet >= 0 && CLASSES[octet] == OTHER;
  }

  /** How many bytes a field of a kind has that is not decimal. */
  static int bytesOf(int kind) {
    return kind < HEX ? 16 : (kind & 127) - HEX;
  }

  /** Whether kinds of that number can stand in a template. */
  static boolean isKind(int kind) {
    if (kind >= HEX) {
      int bytes = bytesOf(kind);
      return kind < 256 && bytes >= MIN_HEX_BYTES && bytes <= MAX_HEX_BYTES;
    }
    return kind > DECIMAL && kind <= UUID + 1;
  }

  private int findInRun(byte[] id, int start, int end) {
    int seen = 0;
    int digitsFrom = -1;
    int digitsTo = -1;
    int digitRuns = 0;
    int at = start;
    for (int octetClass; at < end && (octetClass = classOf(id[at])) != OTHER; at++) {
      seen |= octetClass;
      if (octetClass == DIGIT) {
        if (digitsTo != at) {
          digitsFrom = at;
          digitRuns++;
        }
        digitsTo = at + 1;
      }
    }
    if (isHex(seen, at - start)) {
      add(
          (seen & UPPER_HEX) != 0 ? HEX_UPPER + (at - start) / 2 : HEX + (at - start) / 2,
          start,
          at);
    } else if (digitRuns == 1 && digitsTo - digitsFrom <= MAX_DECIMALS) {
      add(DECIMAL, digitsFrom, digitsTo);
    }
    return at;
  }

  private static boolean isHex(int seen, int length) {
    if (length % 2 != 0 || length < 2 * MIN_HEX_BYTES || length > 2 * MAX_HEX_BYTES) {
      return false;
    }
    return seen == (DIGIT | LOWER_HEX)
        || seen == (DIGIT | UPPER_HEX)
        || (seen == DIGIT && length > MAX_DECIMALS);
  }

  private static boolean isUuid(byte[] id, int at, int idEnd) {
    int end = at + UUID_LENGTH;
    if (end > idEnd
        || id[at + 8] != '-'
        || id[at + 13] != '-'
        || id[at + 18] != '-'
        || id[at + 23] != '-'
        || (end < idEnd && classOf(id[end]) != OTHER)) {
      return false;
    }
    int seen = 0;
    for (int i = at; i < end; i++) {
      int octetClass = classOf(id[i]);
      if (octetClass == OTHER && i - at != 8 && i - at != 13 && i - at != 18 && i - at != 23) {
        return false;
      }
      seen |= octetClass;
    }
    return (seen & LETTER) == 0 && (seen & (LOWER_HEX | UPPER_HEX)) != (LOWER_HEX | UPPER_HEX);
  }

  private static boolean isUpper(byte[] id, int start, int end) {
    for (int i = start; i < end; i++) {
      if (classOf(id[i]) == UPPER_HEX) {
        return true;
      }
    }
    return false;
  }

  private void add(int kind, int start, int end) {
    kinds[count] = kind;
    from[count] = start;
    to[count] = end;
    count++;
  }

  private static int classOf(byte octet) {
    return CLASSES[octet & 0xff];
  }

  private static byte[] classes() {
    byte[] classes = new byte[256];
    for (int octet = 0; octet < 128; octet++) {
      if (octet >= '0' && octet <= '9') {
        classes[octet] = DIGIT;
      } else if (octet >= 'a' && octet <= 'f') {
        classes[octet] = LOWER_HEX;
      } else if (octet >= 'A' && octet <= 'F') {
        classes[octet] = UPPER_HEX;
      } else if (Character.isLetter(octet)) {
        classes[octet] = LETTER;
      }
    }
    return classes;
  }
}
