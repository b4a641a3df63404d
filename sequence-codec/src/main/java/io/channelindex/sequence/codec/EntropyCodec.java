package io.channelindex.sequence.codec;

/**
 * The smallest bytes for a whole clock: an entropy coder over its seqnos, with a normal
 * distribution, of which nothing but mean and deviation are sent, where that is how they are
 * distributed, and with a histogram that is sent where not. The body is a stream of bits, {@link
 * EntropyCoder}.
 *
 * <p>Clocks of documents that are spread evenly take about 1 % more than their entropy, and nothing
 * is allocated for them.
 */
final class EntropyCodec extends ClockCodec {
  static final EntropyCodec INSTANCE = new EntropyCodec();

  private EntropyCodec() {
    super(5, "entropy");
  }

  @Override
  int maxBodyBytes(int vbuckets) {
    return EntropyCoder.maxBits(vbuckets) / Byte.SIZE + 1 + BitWriter.SLACK_BYTES;
  }

  @Override
  int encodeBody(long[] numbers, byte[] out, int offset) {
    EntropyCoder coder = EntropyCoder.ofThread();
    coder.choose(numbers, numbers.length);
    BitWriter writer = new BitWriter(out, offset);
    coder.write(numbers, numbers.length, writer);
    return writer.finish();
  }

  @Override
  int decodeBody(byte[] in, int offset, int end, long[] numbers) {
    BitReader reader = new BitReader(in, offset, end);
    EntropyCoder.read(reader, numbers, numbers.length);
    return reader.finish();
  }
}
