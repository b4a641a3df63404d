package io.channelindex.storage.format;

import java.util.Arrays;

/**
 * Ids that are alike, in columns: the pieces that they have in common, and the kinds of the fields
 * between them ({@link IdFields}).
 *
 * <pre>
 *  +--------+-----------------------+---------------------+
 *  | fields | per field: kind,      | per piece, one more |
 *  | octet  | octet                 | than fields: text   |
 *  +--------+-----------------------+---------------------+
 * </pre>
 */
final class ColumnTemplate {
  /** The most fields. */
  static final int MAX_FIELDS = 8;

  /** An id as one word. */
  static final ColumnTemplate WORD = new ColumnTemplate(new int[] {IdFields.TEXT}, new byte[2][0]);

  private final int[] kinds;
  private final byte[][] pieces;

  /**
   * A template.
   *
   * @param kinds a number's is how far it is padded with zeroes
   * @param pieces one more
   */
  ColumnTemplate(int[] kinds, byte[][] pieces) {
    this.kinds = kinds;
    this.pieces = pieces;
  }

  /** How many fields there are. */
  int fields() {
    return kinds.length;
  }

  /** A field's kind. */
  int kind(int field) {
    return kinds[field];
  }

  /** Whether a field is a number. */
  boolean isDecimal(int field) {
    return kinds[field] <= IdFields.MAX_DECIMALS;
  }

  /** Whether a field is any text. */
  boolean isText(int field) {
    return kinds[field] == IdFields.TEXT;
  }

  /** The piece before a field, or behind the last one. */
  byte[] piece(int piece) {
    return pieces[piece];
  }

  void write(PayloadWriter payload) {
    payload.octet(kinds.length);
    for (int kind : kinds) {
      payload.octet(kind);
    }
    for (byte[] piece : pieces) {
      payload.sized(piece);
    }
  }

  static ColumnTemplate read(PayloadReader payload) {
    int[] kinds = new int[payload.octet("fields", MAX_FIELDS)];
    for (int field = 0; field < kinds.length; field++) {
      kinds[field] = payload.octet();
      if (kinds[field] != IdFields.TEXT && !IdFields.isKind(kinds[field])) {
        throw payload.corrupt("no kind of field: kind=" + kinds[field]);
      }
    }
    byte[][] pieces = new byte[kinds.length + 1][];
    for (int piece = 0; piece < pieces.length; piece++) {
      int length = payload.varint("piece", IdText.MAX_BYTES);
      int from = payload.skip(length);
      pieces[piece] = Arrays.copyOfRange(payload.array(), from, from + length);
    }
    return new ColumnTemplate(kinds, pieces);
  }
}
