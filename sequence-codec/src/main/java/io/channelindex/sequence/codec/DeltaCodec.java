package io.channelindex.sequence.codec;

import io.channelindex.sequence.SequenceClock;

/**
 * A clock as what it is ahead of an earlier one, its base, which the reader has too: small where
 * few vbuckets moved, or all moved little. The differences are written by another codec:
 *
 * <pre>
 *   byte 0     then
 *  +----------+-----------------------------+
 *  | inner id | the inner codec's body      |
 *  +----------+-----------------------------+
 * </pre>
 *
 * <p>A clock that is its base takes three bytes. Which clock the base was, the bytes do not say:
 * that is their user's part.
 */
public final class DeltaCodec extends ClockCodec {
  private final long[] base;
  private final ClockCodec inner;

  private DeltaCodec(SequenceClock base, ClockCodec inner) {
    super(7, "delta-" + inner.name());
    this.base = base.toArray();
    this.inner = inner;
  }

  /** The codec for clocks that cover {@code base}; the inner codec is chosen by size. */
  public static DeltaCodec against(SequenceClock base) {
    return against(base, ClockCodecs.auto());
  }

  /**
   * The codec for clocks that cover {@code base}.
   *
   * @param inner writes the differences; those of every codec are read
   */
  public static DeltaCodec against(SequenceClock base, ClockCodec inner) {
    if (inner instanceof DeltaCodec) {
      throw new IllegalArgumentException("delta of a delta: inner=" + inner.name());
    }
    return new DeltaCodec(base, inner);
  }

  /** Whether a clock has the base's shape and covers it: whether it is encoded and not refused. */
  public boolean supports(SequenceClock clock) {
    if (clock.vbuckets() != base.length) {
      return false;
    }
    for (int vbucket = 0; vbucket < base.length; vbucket++) {
      if (Long.compareUnsigned(clock.seqno(vbucket), base[vbucket]) < 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  long[] written(long[] seqnos) {
    if (seqnos.length != base.length) {
      throw new UnsupportedClockException(
          "clocks of different shape: vbuckets=" + seqnos.length + ", base=" + base.length);
    }
    long[] differences = new long[seqnos.length];
    for (int vbucket = 0; vbucket < seqnos.length; vbucket++) {
      if (Long.compareUnsigned(seqnos[vbucket], base[vbucket]) < 0) {
        throw new UnsupportedClockException(
            "clock before its base: vbucket="
                + vbucket
                + ", seqno="
                + Long.toUnsignedString(seqnos[vbucket])
                + ", base="
                + Long.toUnsignedString(base[vbucket]));
      }
      differences[vbucket] = seqnos[vbucket] - base[vbucket];
    }
    return differences;
  }

  @Override
  void restore(long[] numbers) {
    if (numbers.length != base.length) {
      throw new CorruptClockException(
          "clocks of different shape: vbuckets=" + numbers.length + ", base=" + base.length);
    }
    for (int vbucket = 0; vbucket < numbers.length; vbucket++) {
      long seqno = base[vbucket] + numbers[vbucket];
      if (Long.compareUnsigned(seqno, base[vbucket]) < 0) {
        throw new CorruptClockException("seqno above 2^64 - 1: vbucket=" + vbucket);
      }
      numbers[vbucket] = seqno;
    }
  }

  @Override
  int maxBodyBytes(int vbuckets) {
    return 1 + inner.maxBodyBytes(vbuckets);
  }

  @Override
  int encodeBody(long[] numbers, byte[] out, int offset) {
    ClockCodec chosen = inner.choose(numbers);
    out[offset] = (byte) chosen.id();
    return chosen.encodeBody(numbers, out, offset + 1);
  }

  @Override
  int decodeBody(byte[] in, int offset, int end, long[] numbers) {
    if (offset == end) {
      throw new CorruptClockException("no inner codec: remaining=0");
    }
    return ClockCodecs.reader(in[offset] & 0xff).decodeBody(in, offset + 1, end, numbers);
  }
}
