package io.channelindex.sequence.codec;

/** Every seqno in eight bytes, the lowest first: the size that all other codecs are to beat. */
final class RawCodec extends ClockCodec {
  static final RawCodec INSTANCE = new RawCodec();

  private RawCodec() {
    super(2, "raw");
  }

  @Override
  int maxBodyBytes(int vbuckets) {
    return vbuckets * Long.BYTES;
  }

  @Override
  int encodeBody(long[] numbers, byte[] out, int offset) {
    for (int i = 0; i < numbers.length; i++) {
      BitWriter.LITTLE_ENDIAN.set(out, offset + i * Long.BYTES, numbers[i]);
    }
    return offset + numbers.length * Long.BYTES;
  }

  @Override
  int decodeBody(byte[] in, int offset, int end, long[] numbers) {
    int bytes = numbers.length * Long.BYTES;
    if (end - offset < bytes) {
      throw new CorruptClockException(
          "seqnos truncated: bytes=" + bytes + ", remaining=" + (end - offset));
    }
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (long) BitWriter.LITTLE_ENDIAN.get(in, offset + i * Long.BYTES);
    }
    return offset + bytes;
  }
}
