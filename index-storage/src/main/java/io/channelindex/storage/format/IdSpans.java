package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import java.util.Arrays;
import java.util.List;

/**
 * The document ids of a block, one behind the other, and where in each its fields are.
 *
 * <p>Confined to one thread.
 */
final class IdSpans {
  private static final int MAX_FIELDS = ColumnTemplate.MAX_FIELDS;

  private final byte[] bytes;
  private final int[] starts;
  private final int[] counts;
  // Where the fields of an id begin among all.
  private final int[] firsts;
  // A kind and, from where the id begins, two offsets: an octet each.
  private int[] fields;
  private int used;
  private final IdFields finder = new IdFields();

  /**
   * Takes the ids; none has a field yet.
   *
   * @throws IllegalArgumentException if one cannot be written
   */
  IdSpans(List<Entry> entries) {
    PayloadWriter ids = PayloadWriter.ofPart(32 * entries.size());
    starts = new int[entries.size() + 1];
    for (int i = 0; i < entries.size(); i++) {
      ids.documentId(entries.get(i).documentId());
      starts[i + 1] = ids.size();
    }
    ids.reserve(IdPattern.SLACK);
    bytes = ids.array();
    counts = new int[entries.size()];
    firsts = new int[entries.size()];
    fields = new int[2 * entries.size()];
  }

  /** How many ids there are. */
  int size() {
    return counts.length;
  }

  byte[] bytes() {
    return bytes;
  }

  int fields(int id) {
    return counts[id];
  }

  int kind(int id, int field) {
    return fields[firsts[id] + field] >>> 16;
  }

  int from(int id, int field) {
    return starts[id] + (fields[firsts[id] + field] >>> 8 & 0xff);
  }

  int to(int id, int field) {
    return starts[id] + (fields[firsts[id] + field] & 0xff);
  }

  /** Makes fields of what {@link IdFields} finds. */
  void findFields(int id) {
    begin(id);
    finder.find(bytes, starts[id], starts[id + 1]);
    for (int field = 0; field < finder.count(); field++) {
      add(id, finder.kind(field), finder.from(field), finder.to(field));
    }
  }

  /** Makes fields of the numbers, if a pattern matches. */
  boolean findNumbers(int id, IdPattern pattern) {
    if (!pattern.matches(bytes, starts[id], starts[id + 1])) {
      return false;
    }
    begin(id);
    for (int field = 0; field < pattern.fields(); field++) {
      add(id, IdFields.DECIMAL, pattern.from(field), pattern.to(field));
    }
    return true;
  }

  /**
   * Makes fields of all words besides those that were found; of the id as a whole if they are too
   * many.
   */
  void findWords(int id) {
    int found = counts[id];
    int first = firsts[id];
    begin(id);
    int at = 0;
    boolean fits = true;
    for (int i = 0; i <= found && fits; i++) {
      int field = i < found ? fields[first + i] : 0;
      int end = i < found ? field >>> 8 & 0xff : starts[id + 1] - starts[id];
      fits = addWords(id, starts[id] + at, starts[id] + end);
      if (i < found && fits) {
        fits = counts[id] < MAX_FIELDS;
        at = field & 0xff;
        if (fits) {
          add(id, field);
        }
      }
    }
    if (!fits) {
      makeWhole(id);
    }
  }

  /** Makes one field of the id. */
  void makeWhole(int id) {
    begin(id);
    add(id, IdFields.TEXT, starts[id], starts[id + 1]);
  }

  /** Whether they are few enough. */
  private boolean addWords(int id, int start, int end) {
    int at = start;
    while (at < end) {
      if (IdFields.isSeparator(bytes[at])) {
        at++;
      } else if (counts[id] == MAX_FIELDS) {
        return false;
      } else {
        int word = at;
        while (at < end && !IdFields.isSeparator(bytes[at])) {
          at++;
        }
        add(id, IdFields.TEXT, word, at);
      }
    }
    return true;
  }

  /** Fields that the id had stay where they are, as nobody's. */
  private void begin(int id) {
    firsts[id] = used;
    counts[id] = 0;
  }

  private void add(int id, int kind, int start, int end) {
    add(id, kind << 16 | (start - starts[id]) << 8 | (end - starts[id]));
  }

  private void add(int id, int field) {
    if (used == fields.length) {
      fields = Arrays.copyOf(fields, Math.max(MAX_FIELDS, 2 * used));
    }
    fields[used++] = field;
    counts[id]++;
  }

  /** Of what ids that are alike have in common: the ends of pieces. Whatever else is compared. */
  int hash(int id) {
    int hash = counts[id];
    for (int piece = 0; piece <= counts[id]; piece++) {
      int start = pieceFrom(id, piece);
      int end = pieceTo(id, piece);
      if (start < end) {
        hash =
            31 * hash
                + ((end - start) << 16 | (bytes[start] & 0xff) << 8 | (bytes[end - 1] & 0xff));
      }
      hash *= 31;
    }
    hash *= 0x9e3779b1;
    return hash ^ (hash >>> 15);
  }

  /** Whether two ids have the same pieces, and fields of the same kinds between them. */
  boolean areAlike(int id, int other) {
    if (counts[id] != counts[other]) {
      return false;
    }
    for (int piece = 0; piece <= counts[id]; piece++) {
      if (piece < counts[id] && kind(id, piece) != kind(other, piece)) {
        return false;
      }
      if (!Arrays.equals(
          bytes,
          pieceFrom(id, piece),
          pieceTo(id, piece),
          bytes,
          pieceFrom(other, piece),
          pieceTo(other, piece))) {
        return false;
      }
    }
    return true;
  }

  private int pieceFrom(int id, int piece) {
    return piece == 0 ? starts[id] : to(id, piece - 1);
  }

  private int pieceTo(int id, int piece) {
    return piece == counts[id] ? starts[id + 1] : from(id, piece);
  }

  /** The piece before a field, or behind the last one. */
  byte[] piece(int id, int piece) {
    return Arrays.copyOfRange(bytes, pieceFrom(id, piece), pieceTo(id, piece));
  }

  /** A field as it stands there. */
  byte[] text(int id, int field) {
    return Arrays.copyOfRange(bytes, from(id, field), to(id, field));
  }

  /** Whether a field of two ids is the same. */
  boolean isSame(int id, int other, int field) {
    return Arrays.equals(
        bytes, from(id, field), to(id, field), bytes, from(other, field), to(other, field));
  }
}
