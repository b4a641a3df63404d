package io.channelindex.storage.format;

import java.util.Arrays;

/**
 * What ids that are alike have in common: the pieces between their {@linkplain IdFields fields},
 * and what kind each field is. In the rows of a frame it stands as
 *
 * <pre>
 *  +-------------+------------------+---------------------+
 *  | fields, 1…4 | per field: kind, | per piece, one more |
 *  | octet       | octet            | than fields: text   |
 *  +-------------+------------------+---------------------+
 * </pre>
 *
 * followed, there and in every row that refers to it, by the fields: a decimal one as a varint, or
 * signed as the difference to that of the row before; others as their bytes.
 *
 * <p>Confined to one thread.
 */
final class IdTemplate {
  /** The largest number in a decimal field. */
  static final long MAX_NUMBER = 999_999_999_999_999_999L;

  /** Where the last row of the frame that is read or written left the decimal fields. */
  final long[] numbers;

  /** Which frame of the encoder it was last used in, and its number there. */
  long frame;

  int index;

  /** How many ids that had it were searched for fields. */
  int searches;

  private final int[] kinds;
  private final byte[] pieces;
  private final int[] ends;

  private IdTemplate(int[] kinds, byte[] pieces, int[] ends) {
    this.kinds = kinds;
    this.pieces = pieces;
    this.ends = ends;
    this.numbers = new long[kinds.length];
  }

  /** That of an id. */
  static IdTemplate of(byte[] id, int length, IdFields fields) {
    int[] kinds = new int[fields.count()];
    int[] ends = new int[kinds.length + 1];
    byte[] pieces = new byte[length];
    int at = 0;
    int from = 0;
    for (int field = 0; field <= kinds.length; field++) {
      int to = field < kinds.length ? fields.from(field) : length;
      System.arraycopy(id, from, pieces, at, to - from);
      at += to - from;
      ends[field] = at;
      if (field < kinds.length) {
        kinds[field] = kind(id, fields, field);
        from = fields.to(field);
      }
    }
    return new IdTemplate(kinds, Arrays.copyOf(pieces, at), ends);
  }

  /** A field's kind; a number's is how far it is padded, 1 for not at all. */
  static int kind(byte[] id, IdFields fields, int field) {
    int kind = fields.kind(field);
    if (kind != IdFields.DECIMAL) {
      return kind;
    }
    int from = fields.from(field);
    return id[from] == '0' ? fields.to(field) - from : 1;
  }

  /** Of what {@link #matches} compares. */
  static int hash(byte[] id, int length, IdFields fields) {
    int hash = fields.count();
    int from = 0;
    for (int field = 0; field <= fields.count(); field++) {
      int to = field < fields.count() ? fields.from(field) : length;
      for (int i = from; i < to; i++) {
        hash = 31 * hash + id[i];
      }
      if (field < fields.count()) {
        hash = 31 * hash + kind(id, fields, field);
        from = fields.to(field);
      }
    }
    hash *= 0x9e3779b1;
    return hash ^ (hash >>> 15);
  }

  /** Whether it is that of the id. */
  boolean matches(byte[] id, int length, IdFields fields) {
    if (fields.count() != kinds.length) {
      return false;
    }
    int from = 0;
    int piece = 0;
    for (int field = 0; field <= kinds.length; field++) {
      int to = field < kinds.length ? fields.from(field) : length;
      if (!Arrays.equals(id, from, to, pieces, piece, ends[field])) {
        return false;
      }
      piece = ends[field];
      if (field < kinds.length) {
        if (kind(id, fields, field) != kinds[field]) {
          return false;
        }
        from = fields.to(field);
      }
    }
    return true;
  }

  /** How many fields there are. */
  int fields() {
    return kinds.length;
  }

  /** A field's kind, {@link IdFields}. */
  int kind(int field) {
    return kinds[field];
  }

  /** Whether a field is a number. */
  boolean isDecimal(int field) {
    return kinds[field] <= IdFields.MAX_DECIMALS;
  }

  /** The size of what {@link #write} writes. */
  int size() {
    // The pieces of an id of 250 bytes: a length of two bytes is rare, and costs one if forgotten.
    return 1 + kinds.length + ends.length + pieces.length;
  }

  void write(PayloadWriter payload) {
    payload.octet(kinds.length);
    for (int kind : kinds) {
      payload.octet(kind);
    }
    int from = 0;
    for (int end : ends) {
      payload.varint(end - from).raw(pieces, from, end - from);
      from = end;
    }
  }

  static IdTemplate read(PayloadReader payload) {
    int[] kinds = new int[payload.octet()];
    if (kinds.length < 1 || kinds.length > IdFields.MAX) {
      throw payload.corrupt("out of range: fields=" + kinds.length + ", max=" + IdFields.MAX);
    }
    for (int field = 0; field < kinds.length; field++) {
      kinds[field] = payload.octet();
      if (!IdFields.isKind(kinds[field])) {
        throw payload.corrupt("no kind of field: kind=" + kinds[field]);
      }
    }
    byte[] pieces = new byte[IdText.MAX_BYTES];
    int[] ends = new int[kinds.length + 1];
    int at = 0;
    for (int piece = 0; piece < ends.length; piece++) {
      int length = payload.varint("piece", IdText.MAX_BYTES - at);
      System.arraycopy(payload.array(), payload.skip(length), pieces, at, length);
      at += length;
      ends[piece] = at;
    }
    return new IdTemplate(kinds, Arrays.copyOf(pieces, at), ends);
  }

  /** Appends the piece before a field; the one before the field that is not there is the last. */
  void appendPiece(int piece, IdText id) {
    int from = piece == 0 ? 0 : ends[piece - 1];
    id.append(pieces, from, ends[piece] - from);
  }
}
