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
  private static final int STRIDE = ColumnTemplate.MAX_FIELDS;

  private final byte[] bytes;
  private final int[] starts;
  private final int[] counts;
  // Of field f of id i at STRIDE * i + f.
  private final int[] kinds;
  private final int[] from;
  private final int[] to;
  private final IdFields fields = new IdFields();
  private final int[] foundKinds = new int[IdFields.MAX];
  private final int[] foundFrom = new int[IdFields.MAX];
  private final int[] foundTo = new int[IdFields.MAX];

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
    bytes = ids.array();
    counts = new int[entries.size()];
    kinds = new int[STRIDE * counts.length];
    from = new int[kinds.length];
    to = new int[kinds.length];
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
    return kinds[STRIDE * id + field];
  }

  int from(int id, int field) {
    return from[STRIDE * id + field];
  }

  int to(int id, int field) {
    return to[STRIDE * id + field];
  }

  /** Makes fields of what {@link IdFields} finds. */
  void findFields(int id) {
    counts[id] = 0;
    fields.find(bytes, starts[id], starts[id + 1]);
    for (int field = 0; field < fields.count(); field++) {
      add(id, fields.kind(field), fields.from(field), fields.to(field));
    }
  }

  /**
   * Makes fields of all words besides those that were found; of the id as a whole if they are too
   * many.
   */
  void findWords(int id) {
    int found = counts[id];
    int first = STRIDE * id;
    System.arraycopy(kinds, first, foundKinds, 0, found);
    System.arraycopy(from, first, foundFrom, 0, found);
    System.arraycopy(to, first, foundTo, 0, found);
    counts[id] = 0;
    int at = starts[id];
    boolean fits = true;
    for (int field = 0; field <= found && fits; field++) {
      int end = field < found ? foundFrom[field] : starts[id + 1];
      fits = addWords(id, at, end);
      if (field < found && fits) {
        fits = counts[id] < STRIDE;
        at = foundTo[field];
        if (fits) {
          add(id, foundKinds[field], foundFrom[field], at);
        }
      }
    }
    if (!fits) {
      makeWhole(id);
    }
  }

  /** Makes one field of the id. */
  void makeWhole(int id) {
    counts[id] = 0;
    add(id, IdFields.TEXT, starts[id], starts[id + 1]);
  }

  /** Whether they are few enough. */
  private boolean addWords(int id, int start, int end) {
    int at = start;
    while (at < end) {
      if (IdFields.isSeparator(bytes[at])) {
        at++;
      } else if (counts[id] == STRIDE) {
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

  private void add(int id, int kind, int start, int end) {
    int at = STRIDE * id + counts[id]++;
    kinds[at] = kind;
    from[at] = start;
    to[at] = end;
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
