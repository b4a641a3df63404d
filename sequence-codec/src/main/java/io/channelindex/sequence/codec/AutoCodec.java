package io.channelindex.sequence.codec;

/**
 * Writes the bytes of the codec that takes the fewest of them, of {@link EntropyCodec}, {@link
 * SparseCodec} and {@link PatchedForCodec}, and reads those of all: it has no id of its own.
 *
 * <p>The sizes are computed, not tried: where the entropy coder finds at first sight that the
 * seqnos are normally distributed, nothing else is looked at.
 */
final class AutoCodec extends ClockCodec {
  static final AutoCodec INSTANCE = new AutoCodec();

  private AutoCodec() {
    super(0, "auto");
  }

  @Override
  ClockCodec choose(long[] numbers) {
    EntropyCoder coder = EntropyCoder.ofThread();
    coder.choose(numbers, numbers.length);
    if (coder.isBellAtFirstSight()) {
      return EntropyCodec.INSTANCE;
    }
    long best = coder.bits(numbers, numbers.length);
    ClockCodec chosen = EntropyCodec.INSTANCE;
    long sparse = SparseCodec.bodyBits(numbers);
    if (sparse < best) {
      best = sparse;
      chosen = SparseCodec.INSTANCE;
    }
    long patched = (long) PatchedForCodec.bodyBytes(numbers) * Byte.SIZE;
    return patched < best ? PatchedForCodec.INSTANCE : chosen;
  }

  @Override
  ClockCodec ofZero() {
    return PatchedForCodec.INSTANCE;
  }

  @Override
  ClockCodec readerOf(int found) {
    return ClockCodecs.reader(found);
  }

  @Override
  int maxBodyBytes(int vbuckets) {
    return Math.max(
        PatchedForCodec.INSTANCE.maxBodyBytes(vbuckets),
        Math.max(
            EntropyCodec.INSTANCE.maxBodyBytes(vbuckets),
            SparseCodec.INSTANCE.maxBodyBytes(vbuckets)));
  }

  @Override
  int encodeBody(long[] numbers, byte[] out, int offset) {
    return choose(numbers).encodeBody(numbers, out, offset);
  }

  @Override
  int decodeBody(byte[] in, int offset, int end, long[] numbers) {
    throw new UnsupportedOperationException("no bytes of its own: codec=" + name());
  }
}
