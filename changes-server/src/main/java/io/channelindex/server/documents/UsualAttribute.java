package io.channelindex.server.documents;

import io.channelindex.server.documents.DocumentMetadata.Life;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the metadata attribute as most of them are, in one pass over the bytes: a document that is
 * alive and has left no channel, compact JSON, texts of printable ASCII without escapes, each
 * member once. Every change of the data bucket is read, and a tree of nodes takes several times as
 * long.
 *
 * <p>It knows too little JSON to refuse anything: whatever it does not recognize is left to {@link
 * AttributeFormat}, which says what the bytes mean.
 */
final class UsualAttribute {
  private static final int MAX_DIGITS_LONG = 16;
  private static final int MAX_DIGITS_INT = 8;
  private static final int MAX_NAME = 3;
  private static final String EVERYTHING = "*";

  private static final RecentTexts CHANNELS = new RecentTexts();

  private final byte[] json;
  private int at;
  private boolean strange;

  private boolean versioned;
  private @Nullable Revision revision;
  private @Nullable Set<String> channels;
  private long cas;
  private long seqno;
  private long crc;
  private int numbers;

  private UsualAttribute(byte[] json) {
    this.json = json;
  }

  /** The attribute; null if it is not as usual, or no attribute at all. */
  static @Nullable DocumentAttribute read(byte[] json) {
    return new UsualAttribute(json).read();
  }

  private @Nullable DocumentAttribute read() {
    expect('{');
    do {
      member();
    } while (!strange && next(','));
    expect('}');
    Revision ofDocument = revision;
    Set<String> ofChannels = channels;
    if (strange
        || at != json.length
        || !versioned
        || ofDocument == null
        || ofChannels == null
        || numbers != 7) {
      return null;
    }
    return new DocumentAttribute(
        new DocumentMetadata(ofDocument, Life.ALIVE, ofChannels, Map.of()),
        Long.reverseBytes(cas),
        seqno,
        (int) crc);
  }

  private void member() {
    switch (name()) {
      case 'v' -> {
        strange |= versioned;
        versioned = true;
        expect('1');
      }
      case 'c' << 8 | 'h' -> {
        strange |= channels != null;
        channels = channels();
      }
      case ('r' << 8 | 'e') << 8 | 'v' -> {
        strange |= revision != null;
        int end = endOfText();
        revision = Revision.read(json, at, end);
        at = end;
        expect('"');
        strange |= revision == null;
      }
      case ('c' << 8 | 'a') << 8 | 's' -> {
        note(1);
        cas = hexadecimal(MAX_DIGITS_LONG);
      }
      case ('s' << 8 | 'e') << 8 | 'q' -> {
        note(2);
        seqno = hexadecimal(MAX_DIGITS_LONG);
      }
      case ('c' << 8 | 'r') << 8 | 'c' -> {
        note(4);
        crc = hexadecimal(MAX_DIGITS_INT);
      }
      default -> strange = true;
    }
  }

  /** The bytes of a member's name, and what follows it: names of more than three are strange. */
  private int name() {
    expect('"');
    int name = 0;
    for (int i = 0; i < MAX_NAME && at < json.length && json[at] != '"'; i++) {
      name = name << 8 | json[at++];
    }
    expect('"');
    expect(':');
    return name;
  }

  /** The number is there; twice is strange. */
  private void note(int bit) {
    strange |= (numbers & bit) != 0;
    numbers |= bit;
  }

  private Set<String> channels() {
    expect('[');
    if (next(']')) {
      return Set.of();
    }
    String first = channel();
    if (next(']')) {
      return first.equals(EVERYTHING) ? Set.of() : Set.of(first);
    }
    Set<String> several = new TreeSet<>();
    several.add(first);
    while (!strange && next(',')) {
      several.add(channel());
    }
    expect(']');
    several.remove(EVERYTHING);
    return several;
  }

  /** A name; of those that are plain, no channel can have a long one, nor one with a comma. */
  private String channel() {
    int end = endOfText();
    strange |= end == at || end - at > DocumentLimits.MAX_CHANNEL_LENGTH;
    // What is kept is short: others can write attributes that are not.
    String name = strange ? "" : CHANNELS.text(json, at, end);
    at = end;
    expect('"');
    strange |= name.indexOf(',') >= 0;
    return name;
  }

  /** Where the text ends that begins with the next character, at the latest. */
  private int endOfText() {
    expect('"');
    int end = at;
    while (end < json.length && isPlain(json[end])) {
      end++;
    }
    return end;
  }

  private static boolean isPlain(byte character) {
    return character >= ' ' && character != '"' && character != '\\' && character != 0x7f;
  }

  private long hexadecimal(int maxDigits) {
    expect('"');
    expect('0');
    expect('x');
    long number = 0;
    int end = at;
    for (int digit; end < json.length && (digit = HexDigit.any(json[end])) >= 0; end++) {
      number = number << 4 | digit;
    }
    strange |= end == at || end - at > maxDigits;
    at = end;
    expect('"');
    return number;
  }

  private void expect(char character) {
    strange |= !next(character);
  }

  private boolean next(char character) {
    if (at < json.length && json[at] == character) {
      at++;
      return true;
    }
    return false;
  }
}
