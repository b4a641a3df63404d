package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import java.nio.charset.StandardCharsets;
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
  private final byte[] key = new byte[1 + 2 * STRIDE + IdText.MAX_BYTES];

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

  /** Makes fields of all words besides; of the id as a whole if they are too many. */
  void findWords(int id) {
    counts[id] = 0;
    fields.find(bytes, starts[id], starts[id + 1]);
    int at = starts[id];
    for (int field = 0; field <= fields.count() && at >= 0; field++) {
      int end = field < fields.count() ? fields.from(field) : starts[id + 1];
      at = addWords(id, at, end);
      if (field < fields.count() && at >= 0) {
        at = counts[id] < STRIDE ? fields.to(field) : -1;
        if (at >= 0) {
          add(id, fields.kind(field), fields.from(field), fields.to(field));
        }
      }
    }
    if (at < 0) {
      makeWhole(id);
    }
  }

  /** Makes one field of the id. */
  void makeWhole(int id) {
    counts[id] = 0;
    add(id, IdFields.TEXT, starts[id], starts[id + 1]);
  }

  /** The end, or -1 if there are too many. */
  private int addWords(int id, int start, int end) {
    int at = start;
    while (at < end) {
      if (IdFields.isSeparator(bytes[at])) {
        at++;
      } else if (counts[id] == STRIDE) {
        return -1;
      } else {
        int word = at;
        while (at < end && !IdFields.isSeparator(bytes[at])) {
          at++;
        }
        add(id, IdFields.TEXT, word, at);
      }
    }
    return at;
  }

  private void add(int id, int kind, int start, int end) {
    int at = STRIDE * id + counts[id]++;
    kinds[at] = kind;
    from[at] = start;
    to[at] = end;
  }

  /** A key of all that ids that are alike have in common: pieces, and kinds of fields. */
  String key(int id) {
    int at = 0;
    key[at++] = (byte) counts[id];
    int piece = starts[id];
    for (int i = STRIDE * id; i < STRIDE * id + counts[id]; i++) {
      key[at++] = (byte) kinds[i];
      key[at++] = (byte) (from[i] - piece);
      piece = to[i];
    }
    piece = starts[id];
    for (int i = STRIDE * id; i <= STRIDE * id + counts[id]; i++) {
      int end = i < STRIDE * id + counts[id] ? from[i] : starts[id + 1];
      System.arraycopy(bytes, piece, key, at, end - piece);
      at += end - piece;
      piece = i < STRIDE * id + counts[id] ? to[i] : end;
    }
    return new String(key, 0, at, StandardCharsets.ISO_8859_1);
  }

  /** The piece before a field, or behind the last one. */
  byte[] piece(int id, int piece) {
    int start = piece == 0 ? starts[id] : to(id, piece - 1);
    int end = piece == counts[id] ? starts[id + 1] : from(id, piece);
    return Arrays.copyOfRange(bytes, start, end);
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
