package io.channelindex.sequence.codec;

/** Every seqno as a {@link Varint}. */
final class VarintCodec extends ClockCodec {
  static final VarintCodec INSTANCE = new VarintCodec();

  private VarintCodec() {
    super(3, "varint");
  }

  @Override
  int maxBodyBytes(int vbuckets) {
    return vbuckets * Varint.MAX_BYTES;
  }

  @Override
  int encodeBody(long[] numbers, byte[] out, int offset) {
    int end = offset;
    for (long number : numbers) {
      end = Varint.put(out, end, number);
    }
    return end;
  }

  @Override
  int decodeBody(byte[] in, int offset, int end, long[] numbers) {
    int at = offset;
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Varint.get(in, at, end);
      at += Varint.length(numbers[i]);
    }
    return at;
  }
}
