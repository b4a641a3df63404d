package io.channelindex.storage.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes ids that differ from a known one in their decimal numbers, or in hexadecimal ones of
 * the same length, only: for them there is no need to look for fields.
 *
 * <p>Confined to one thread; used again and again, it allocates nothing.
 */
final class IdPattern {
  /** How many bytes behind an id are looked at, whatever they are. */
  static final int SLACK = Long.BYTES;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ZEROES = 0x3030303030303030L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  /** What makes a byte of 10 or more have its highest bit. */
  private static final long TO_HIGH_BIT = 0x7676767676767676L;

  private final byte[] text;
  // Per piece: where it stands in the text, and its first eight bytes.
  private final int[] starts;
  private final int[] lengths;
  private final long[] heads;
  private final long[] masks;
  private final int[] kinds;
  private final int[] from;
  private final int[] to;

  private IdPattern(byte[][] pieces, int[] kinds) {
    int fields = kinds.length;
    this.kinds = kinds;
    from = new int[fields];
    to = new int[fields];
    starts = new int[fields + 1];
    lengths = new int[fields + 1];
    heads = new long[fields + 1];
    masks = new long[fields + 1];
    int size = 0;
    for (int piece = 0; piece <= fields; piece++) {
      starts[piece] = size;
      lengths[piece] = pieces[piece].length;
      size += lengths[piece];
    }
    text = new byte[size + SLACK];
    for (int piece = 0; piece <= fields; piece++) {
      System.arraycopy(pieces[piece], 0, text, starts[piece], lengths[piece]);
      masks[piece] = lengths[piece] < Long.BYTES ? (1L << (Byte.SIZE * lengths[piece])) - 1 : -1;
    }
    for (int piece = 0; piece <= fields; piece++) {
      heads[piece] = (long) LONGS.get(text, starts[piece]) & masks[piece];
    }
  }

  /** That of an id; null if it has no fields, or others than decimal ones. */
  static @Nullable IdPattern of(IdSpans ids, int id) {
    for (int field = 0; field < ids.fields(id); field++) {
      if (ids.kind(id, field) != IdFields.DECIMAL) {
        return null;
      }
    }
    if (ids.fields(id) == 0) {
      return null;
    }
    byte[][] pieces = new byte[ids.fields(id) + 1][];
    for (int piece = 0; piece < pieces.length; piece++) {
      pieces[piece] = ids.piece(id, piece);
    }
    return new IdPattern(pieces, new int[ids.fields(id)]);
  }

  /**
   * That of an id with fields, for which {@link IdFields#find} finds just these fields in every id
   * that matches; null if it might find something else.
   */
  static @Nullable IdPattern of(byte[] id, int length, IdFields fields) {
    if (!fields.areFoundAlways(id, length)) {
      return null;
    }
    byte[][] pieces = new byte[fields.count() + 1][];
    int[] kinds = new int[fields.count()];
    int at = 0;
    for (int field = 0; field < fields.count(); field++) {
      kinds[field] = fields.kind(field);
      pieces[field] = Arrays.copyOfRange(id, at, fields.from(field));
      at = fields.to(field);
    }
    pieces[fields.count()] = Arrays.copyOfRange(id, at, length);
    return new IdPattern(pieces, kinds);
  }

  /**
   * Whether the id that stands there is the same but for its fields.
   *
   * @param bytes has {@link #SLACK} bytes behind the id
   */
  boolean matches(byte[] bytes, int start, int end) {
    int at = start;
    for (int piece = 0; ; piece++) {
      if (!hasPiece(piece, bytes, at, end)) {
        return false;
      }
      at += lengths[piece];
      if (piece == from.length) {
        return at == end;
      }
      int field = piece;
      from[field] = at;
      if (kinds[field] == IdFields.DECIMAL) {
        at = endOfDigits(bytes, at, end);
        if (at == from[field] || at - from[field] > IdFields.MAX_DECIMALS) {
          return false;
        }
      } else {
        at += 2 * IdFields.bytesOf(kinds[field]);
        if (at > end || !IdFields.isHex(kinds[field], bytes, from[field], at)) {
          return false;
        }
      }
      to[field] = at;
    }
  }

  private boolean hasPiece(int piece, byte[] bytes, int at, int end) {
    int length = lengths[piece];
    if (length > end - at || (((long) LONGS.get(bytes, at) ^ heads[piece]) & masks[piece]) != 0) {
      return false;
    }
    int rest = starts[piece] + Long.BYTES;
    return length <= Long.BYTES
        || Arrays.equals(bytes, at + Long.BYTES, at + length, text, rest, starts[piece] + length);
  }

  private static int endOfDigits(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end) {
      // Digits become 0 … 9. What carries into the next byte is behind the first that is none.
      long values = (long) LONGS.get(bytes, at) ^ ZEROES;
      long others = ((values + TO_HIGH_BIT) | values) & HIGH_BITS;
      if (others != 0) {
        return Math.min(end, at + Long.numberOfTrailingZeros(others) / Byte.SIZE);
      }
      at += Long.BYTES;
    }
    return end;
  }

  /** How many fields there are. */
  int fields() {
    return from.length;
  }

  /** What a field is, {@link IdFields}. */
  int kind(int field) {
    return kinds[field];
  }

  /** Where a field of the id that matched begins. */
  int from(int field) {
    return from[field];
  }

  /** Where a field of the id that matched ends. */
  int to(int field) {
    return to[field];
  }
}
