package io.channelindex.sequence.codec;

import io.channelindex.sequence.SequenceClock;
import java.nio.ByteBuffer;

/**
 * A clock as what it is ahead of an earlier one: small where few vbuckets moved, or all moved
 * little. The bytes are a clock of the differences, by {@link PatchedForCodec}.
 */
public final class ClockAdvance {
  private ClockAdvance() {}

  /**
   * The way from one clock to another as bytes.
   *
   * @throws IllegalArgumentException if {@code to} does not cover {@code from}
   */
  public static byte[] encode(SequenceClock from, SequenceClock to) {
    if (to.vbuckets() != from.vbuckets()) {
      throw new IllegalArgumentException(
          "clocks of different shape: from=" + from.vbuckets() + ", to=" + to.vbuckets());
    }
    long[] steps = new long[to.vbuckets()];
    for (int vbucket = 0; vbucket < steps.length; vbucket++) {
      steps[vbucket] = step(from.seqno(vbucket), to.seqno(vbucket), vbucket);
    }
    return PatchedForCodec.INSTANCE.encode(SequenceClock.of(steps));
  }

  private static long step(long from, long to, int vbucket) {
    if (Long.compareUnsigned(to, from) < 0) {
      throw new IllegalArgumentException(
          "clock goes back: vbucket="
              + vbucket
              + ", from="
              + Long.toUnsignedString(from)
              + ", to="
              + Long.toUnsignedString(to));
    }
    return to - from;
  }

  /**
   * Where the bytes from the buffer's position on lead to; the position is left after them.
   *
   * @throws CorruptClockException if they are not the way from a clock of this shape, or lead
   *     beyond 2^64 - 1
   */
  public static SequenceClock decode(SequenceClock from, ByteBuffer bytes) {
    long[] seqnos = PatchedForCodec.INSTANCE.decode(bytes).toArray();
    if (seqnos.length != from.vbuckets()) {
      throw new CorruptClockException(
          "clocks of different shape: vbuckets=" + seqnos.length + ", from=" + from.vbuckets());
    }
    for (int vbucket = 0; vbucket < seqnos.length; vbucket++) {
      long seqno = from.seqno(vbucket) + seqnos[vbucket];
      if (Long.compareUnsigned(seqno, from.seqno(vbucket)) < 0) {
        throw new CorruptClockException("seqno above 2^64 - 1: vbucket=" + vbucket);
      }
      seqnos[vbucket] = seqno;
    }
    return SequenceClock.of(seqnos);
  }
}
