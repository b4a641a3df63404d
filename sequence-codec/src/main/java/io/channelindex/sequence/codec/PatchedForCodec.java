package io.channelindex.sequence.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Patched frame of reference over the whole clock (feature S1): all seqnos are written with the
 * same few bits, relative to a base, and the exceptions on both sides are patched ({@link Frame}).
 * Where most vbuckets are 0, which ones are not is written in the same way. The body:
 *
 * <pre>
 *   byte 0
 *  +--------+----------------------------------------------------------------+
 *  | 0      | frame: the seqno of every vbucket                              |
 *  +--------+------------------------+---------------------------------------+
 *  | 1      | varint: n not 0, n &gt;= 1 | frame: n gaps  | frame: their seqnos  |
 *  +--------+------------------------+---------------------------------------+
 *    gap: vbuckets with seqno 0 since the one before
 * </pre>
 *
 * <p>The shorter one is taken. Any clock takes at most 8 bytes per vbucket and 64 more.
 */
public final class PatchedForCodec extends ClockCodec {
  /** The only instance that is needed. */
  public static final PatchedForCodec INSTANCE = new PatchedForCodec();

  private static final int DENSE = 0;
  private static final int SPARSE = 1;
  // With fewer zeros than one in so many there is nothing to win: they are patched for two or three
  // bytes each.
  private static final int MIN_ZERO_PART = 8;

  private PatchedForCodec() {
    super(1, "patched-for");
  }

  @Override
  int maxBodyBytes(int vbuckets) {
    // A frame without exceptions takes 8 bytes per number, its head and its base; no other is
    // chosen
    // that takes more, but for the patches whose gap needs a second byte: one in 64, in two frames.
    return 1 + 1 + Varint.MAX_BYTES + vbuckets * Long.BYTES + vbuckets / 32;
  }

  @Override
  int encodeBody(long[] numbers, byte[] bytes, int offset) {
    ByteBuffer out = ByteBuffer.wrap(bytes).position(offset);
    Frame dense = Frame.cheapest(numbers);
    int present = countNonZero(numbers);
    boolean manyZeros = numbers.length - present > numbers.length / MIN_ZERO_PART;
    if (!manyZeros || !encodeSparse(numbers, present, dense.cost(), out)) {
      out.put((byte) DENSE);
      dense.write(numbers, out);
    }
    return out.position();
  }

  private static boolean encodeSparse(long[] numbers, int present, int limit, ByteBuffer out) {
    long[] gaps = new long[present];
    long[] seqnos = new long[present];
    int found = 0;
    int previous = -1;
    for (int vbucket = 0; vbucket < numbers.length; vbucket++) {
      if (numbers[vbucket] != 0) {
        gaps[found] = (long) vbucket - previous - 1;
        seqnos[found++] = numbers[vbucket];
        previous = vbucket;
      }
    }
    Frame gapFrame = Frame.cheapest(gaps);
    Frame seqnoFrame = Frame.cheapest(seqnos);
    if (Varint.length(present) + gapFrame.cost() + seqnoFrame.cost() >= limit) {
      return false;
    }
    out.put((byte) SPARSE);
    Varint.put(out, present);
    gapFrame.write(gaps, out);
    seqnoFrame.write(seqnos, out);
    return true;
  }

  private static int countNonZero(long[] numbers) {
    int count = 0;
    for (long number : numbers) {
      if (number != 0) {
        count++;
      }
    }
    return count;
  }

  @Override
  int decodeBody(byte[] bytes, int offset, int end, long[] numbers) {
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, end).position(offset);
    if (Varint.get(in, "arrangement", SPARSE) == DENSE) {
      System.arraycopy(Frame.read(numbers.length, in), 0, numbers, 0, numbers.length);
    } else {
      decodeSparse(in, numbers);
    }
    return in.position();
  }

  private static void decodeSparse(ByteBuffer in, long[] numbers) {
    int vbuckets = numbers.length;
    int present = Varint.get(in, "present", vbuckets);
    if (present == 0) {
      throw new CorruptClockException("all zero in spite of the header: vbuckets=" + vbuckets);
    }
    long[] gaps = Frame.read(present, in);
    long[] seqnos = Frame.read(present, in);
    Arrays.fill(numbers, 0);
    int previous = -1;
    for (int i = 0; i < present; i++) {
      int maxGap = vbuckets - 1 - previous - (present - i);
      if (Long.compareUnsigned(gaps[i], maxGap) > 0) {
        throw new CorruptClockException(
            "gap out of range: gap=" + Long.toUnsignedString(gaps[i]) + ", after=" + previous);
      }
      previous += (int) gaps[i] + 1;
      if (seqnos[i] == 0) {
        throw new CorruptClockException("zero among those that are not: vbucket=" + previous);
      }
      numbers[previous] = seqnos[i];
    }
  }
}
