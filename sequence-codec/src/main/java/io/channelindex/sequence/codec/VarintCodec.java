package io.channelindex.sequence.codec;

import java.nio.ByteBuffer;

/** Every seqno as a {@link Varint}. */
public final class VarintCodec extends ClockCodec {
  /** The only instance that is needed. */
  public static final VarintCodec INSTANCE = new VarintCodec();

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
    ByteBuffer bytes = ByteBuffer.wrap(in, offset, end - offset);
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Varint.get(bytes);
    }
    return bytes.position();
  }
}
