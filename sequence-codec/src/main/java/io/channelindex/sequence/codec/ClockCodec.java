package io.channelindex.sequence.codec;

import io.channelindex.sequence.SequenceClock;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A way to write a clock as bytes. Every encoding begins with the same header, so that the bytes
 * alone decide which codec's they are, and of how many vbuckets:
 *
 * <pre>
 *   byte 0                   1 … 2                             after it
 *  +------------------------+---------------------------------+----------------------------------+
 *  | version * 32 + id      | varint: vbuckets * 2 + non-zero | the codec's; nothing if all zero |
 *  +------------------------+---------------------------------+----------------------------------+
 *    version 0 … 7, id 1 … 31
 * </pre>
 *
 * <p>All seqnos are unsigned 64-bit numbers and come back exactly, or are refused.
 *
 * <p>Implementations are thread-safe.
 */
public abstract class ClockCodec {
  /** The most vbuckets that a clock has. */
  static final int MAX_VBUCKETS = 1024;

  private static final int NON_ZERO = 1;
  private static final int ID_BITS = 5;
  private static final int MAX_ID = (1 << ID_BITS) - 1;
  private static final int HEADER_BYTES = 3;

  private final int id;
  private final String name;

  ClockCodec(int id, String name) {
    this.id = id;
    this.name = name;
  }

  /** The stable number in the header, 1 … 31; 0 for one that writes what others read. */
  public final int id() {
    return id;
  }

  /** The stable name, for reports and configuration. */
  public final String name() {
    return name;
  }

  /** The version of the bytes that are written, 0 … 7; all up to it are read. */
  public int version() {
    return 0;
  }

  /** The most bytes that a clock of so many vbuckets takes, header included. */
  public final int maxBytes(int vbuckets) {
    return HEADER_BYTES + maxBodyBytes(vbuckets);
  }

  /**
   * The clock as bytes, header included.
   *
   * @throws UnsupportedClockException if the codec has no bytes for it
   */
  public final byte[] encode(SequenceClock clock) {
    byte[] out = new byte[maxBytes(clock.vbuckets())];
    return Arrays.copyOf(out, encode(clock, out, 0));
  }

  /**
   * Writes the clock, header included. All bytes from {@code offset} to {@code offset + maxBytes}
   * may be overwritten.
   *
   * @param out has room for {@link #maxBytes} from {@code offset} on
   * @return the number of bytes written
   * @throws UnsupportedClockException if the codec has no bytes for it
   */
  public final int encode(SequenceClock clock, byte[] out, int offset) {
    return encode(clock.toArray(), out, offset);
  }

  /**
   * The clock that the bytes from the buffer's position on say; the position is left after them.
   *
   * @throws CorruptClockException if they say none
   */
  public final SequenceClock decode(ByteBuffer bytes) {
    byte[] in;
    int offset;
    int length = bytes.remaining();
    if (bytes.hasArray()) {
      in = bytes.array();
      offset = bytes.arrayOffset() + bytes.position();
    } else {
      length = Math.min(length, maxBytes(MAX_VBUCKETS));
      in = new byte[length];
      offset = 0;
      bytes.get(bytes.position(), in);
    }
    long[] numbers = new long[requireVbuckets(in, offset, offset + length)];
    int read = decode(in, offset, length, numbers);
    bytes.position(bytes.position() + read);
    return SequenceClock.of(numbers);
  }

  /**
   * The clock that the bytes say, all of them.
   *
   * @throws CorruptClockException if they say none, or if any are left over
   */
  public final SequenceClock decode(byte[] bytes) {
    long[] numbers = new long[requireVbuckets(bytes, 0, bytes.length)];
    int read = decode(bytes, 0, bytes.length, numbers);
    if (read != bytes.length) {
      throw new CorruptClockException("bytes left over: remaining=" + (bytes.length - read));
    }
    return SequenceClock.of(numbers);
  }

  /** One number per vbucket as bytes, header included; the number of bytes. */
  final int encode(long[] numbers, byte[] out, int offset) {
    if (offset < 0 || out.length - offset < maxBytes(numbers.length)) {
      throw new IllegalArgumentException(
          "insufficient room: length="
              + out.length
              + ", offset="
              + offset
              + ", maxBytes="
              + maxBytes(numbers.length));
    }
    long union = 0;
    for (long number : numbers) {
      union |= number;
    }
    ClockCodec chosen = union == 0 ? ofZero() : choose(numbers);
    out[offset] = (byte) (chosen.version() << ID_BITS | chosen.id);
    int shape = numbers.length * 2 + (union == 0 ? 0 : NON_ZERO);
    int end = Varint.put(out, offset + 1, shape);
    return (union == 0 ? end : chosen.encodeBody(numbers, out, end)) - offset;
  }

  /**
   * One number per vbucket, from bytes that begin with the header; the number of bytes read.
   *
   * @param numbers of as many vbuckets as the header says
   */
  final int decode(byte[] in, int offset, int length, long[] numbers) {
    int end = offset + length;
    int vbuckets = requireVbuckets(in, offset, end);
    if (vbuckets != numbers.length) {
      throw new CorruptClockException(
          "clocks of different shape: vbuckets=" + vbuckets + ", expected=" + numbers.length);
    }
    ClockCodec reader = readerOf(in[offset] & MAX_ID);
    int version = (in[offset] & 0xff) >>> ID_BITS;
    if (version > reader.version()) {
      throw new CorruptClockException(
          "version not known: version=" + version + ", known=" + reader.version());
    }
    int body = offset + 1 + Varint.length(vbuckets * 2L);
    if ((in[offset + 1] & NON_ZERO) == 0) {
      Arrays.fill(numbers, 0);
      return body - offset;
    }
    int after = reader.decodeBody(in, body, end, numbers);
    requireNonZero(numbers);
    return after - offset;
  }

  /**
   * The number of vbuckets that a header says, 1 … 1024.
   *
   * @throws CorruptClockException if it is no header
   */
  static int requireVbuckets(byte[] in, int offset, int end) {
    if (offset >= end) {
      throw new CorruptClockException("no bytes");
    }
    ByteBuffer shape = ByteBuffer.wrap(in, offset + 1, end - offset - 1);
    int vbuckets = Varint.get(shape, "shape", MAX_VBUCKETS * 2 + NON_ZERO) / 2;
    if (vbuckets == 0) {
      throw new CorruptClockException("vbuckets out of range: vbuckets=0, min=1");
    }
    return vbuckets;
  }

  private static void requireNonZero(long[] numbers) {
    long union = 0;
    for (long number : numbers) {
      union |= number;
    }
    if (union == 0) {
      throw new CorruptClockException(
          "all zero in spite of the header: vbuckets=" + numbers.length);
    }
  }

  /** The codec whose bytes are written for these numbers, one of which at least is not 0. */
  ClockCodec choose(long[] numbers) {
    return this;
  }

  /** The codec whose header is written where all numbers are 0. */
  ClockCodec ofZero() {
    return this;
  }

  /**
   * The codec that reads what a header's id stands for.
   *
   * @throws CorruptClockException if this one does not read it
   */
  ClockCodec readerOf(int found) {
    if (found != id) {
      throw new CorruptClockException("other codec: id=" + found + ", expected=" + id);
    }
    return this;
  }

  /** The most bytes that {@link #encodeBody} writes, or overwrites, for so many vbuckets. */
  abstract int maxBodyBytes(int vbuckets);

  /**
   * Writes the numbers, one of which at least is not 0, from {@code offset} on, where there is room
   * for {@link #maxBodyBytes}; the offset after them.
   */
  abstract int encodeBody(long[] numbers, byte[] out, int offset);

  /**
   * Reads what {@link #encodeBody} wrote, and fills the array; the offset after it. Never reads at
   * {@code end} or after it.
   *
   * @throws CorruptClockException if it is anything else
   */
  abstract int decodeBody(byte[] in, int offset, int end, long[] numbers);
}
