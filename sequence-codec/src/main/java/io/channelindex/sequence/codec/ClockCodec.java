package io.channelindex.sequence.codec;

import io.channelindex.sequence.SequenceClock;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A way to write a clock as bytes. Every encoding begins with the same header, so that the bytes
 * alone decide which codec's they are, and of how many vbuckets:
 *
 * <pre>
 *   byte 0   1 … 3                             after it
 *  +--------+---------------------------------+-----------------------------------+
 *  | id     | varint: vbuckets * 2 + non-zero | the codec's; nothing if all zero  |
 *  +--------+---------------------------------+-----------------------------------+
 * </pre>
 *
 * <p>Implementations are stateless and thread-safe.
 */
public abstract class ClockCodec {
  private static final int MAX_VBUCKETS = 1024;
  private static final int MAX_HEADER_BYTES = 4;
  private static final int NON_ZERO = 1;

  private final int id;
  private final String name;

  ClockCodec(int id, String name) {
    this.id = id;
    this.name = name;
  }

  /** The stable number in the header, 1 … 255. */
  public final int id() {
    return id;
  }

  /** The stable name, for reports and configuration. */
  public final String name() {
    return name;
  }

  /** The clock as bytes, header included. */
  public final byte[] encode(SequenceClock clock) {
    return encode(clock.toArray());
  }

  /**
   * The clock that the bytes from the buffer's position on say; the position is left after them.
   *
   * @throws CorruptClockException if they say none
   */
  public final SequenceClock decode(ByteBuffer bytes) {
    return SequenceClock.of(decodeNumbers(bytes));
  }

  /**
   * The clock that the bytes say, all of them.
   *
   * @throws CorruptClockException if they say none, or if any are left over
   */
  public final SequenceClock decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    SequenceClock clock = decode(buffer);
    if (buffer.hasRemaining()) {
      throw new CorruptClockException("bytes left over: remaining=" + buffer.remaining());
    }
    return clock;
  }

  /** One number per vbucket as bytes, header included. */
  final byte[] encode(long[] numbers) {
    long union = 0;
    for (long number : numbers) {
      union |= number;
    }
    int nonZero = union == 0 ? 0 : NON_ZERO;
    ByteBuffer out =
        ByteBuffer.allocate(MAX_HEADER_BYTES + (union == 0 ? 0 : maxBodyBytes(numbers.length)));
    out.put((byte) id);
    Varint.put(out, numbers.length * 2L + nonZero);
    if (union != 0) {
      encodeBody(numbers, out);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  /** One number per vbucket, from bytes that begin with the header. */
  final long[] decodeNumbers(ByteBuffer bytes) {
    if (!bytes.hasRemaining()) {
      throw new CorruptClockException("no bytes");
    }
    int found = bytes.get() & 0xff;
    if (found != id) {
      throw new CorruptClockException("other codec: id=" + found + ", expected=" + id);
    }
    int shape = Varint.get(bytes, "shape", MAX_VBUCKETS * 2 + NON_ZERO);
    int vbuckets = shape / 2;
    if (vbuckets == 0) {
      throw new CorruptClockException("vbuckets out of range: vbuckets=0, min=1");
    }
    return shape % 2 == NON_ZERO ? decodeBody(vbuckets, bytes) : new long[vbuckets];
  }

  /** The most bytes that {@link #encodeBody} writes for so many vbuckets. */
  abstract int maxBodyBytes(int vbuckets);

  /** Writes the numbers, one of which at least is not 0. */
  abstract void encodeBody(long[] numbers, ByteBuffer out);

  /** Reads what {@link #encodeBody} wrote and refuses everything else. */
  abstract long[] decodeBody(int vbuckets, ByteBuffer in);
}
