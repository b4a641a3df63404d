package io.channelindex.sequence.codec;

import io.channelindex.sequence.kernel.ClockKernels;

/**
 * Frame of reference over the whole clock (feature S1), the fastest codec: every seqno is written
 * as what it is above the lowest one, with as many bits as the highest needs. Good where all
 * vbuckets have about as many mutations; a single one that was reset or ran ahead makes all wide
 * ({@link PatchedForCodec} patches those). The body:
 *
 * <pre>
 *   byte 0     1 … 10         after it
 *  +----------+--------------+--------------------------------------------------------+
 *  | w: 0…64  | varint: base | per vbucket: seqno - base in w bits; nothing if w = 0  |
 *  +----------+--------------+--------------------------------------------------------+
 * </pre>
 *
 * <p>512 vbuckets at a time take 64 words, of w bits per lane, in eight lanes: number i is in lane
 * i % 8. Each lane is a string of bits, the lowest of the first number first, cut into w
 * little-endian words of 64 bits; word k of lane j is word 8 k + j. The vbuckets behind the last
 * 512, which are all in a clock of fewer, are one such string, cut into bytes; zero bits fill its
 * last byte.
 *
 * <p>Any clock takes at most 8 bytes per vbucket and 14 more. Neither encoding into an array nor
 * decoding into an accumulator allocates.
 */
final class FrameOfReferenceCodec extends ClockCodec {
  static final FrameOfReferenceCodec INSTANCE = new FrameOfReferenceCodec();

  private FrameOfReferenceCodec() {
    super(4, "frame-of-reference");
  }

  @Override
  int maxBodyBytes(int vbuckets) {
    return 1 + Varint.MAX_BYTES + vbuckets * Long.BYTES;
  }

  @Override
  int encodeBody(long[] numbers, byte[] out, int offset) {
    ClockKernels kernels = ClockKernels.active();
    kernels.range(numbers, numbers.length, out, offset);
    long base = ClockKernels.word(out, offset);
    long above = ClockKernels.word(out, offset + Long.BYTES) - base;
    int width = Long.SIZE - Long.numberOfLeadingZeros(above);
    out[offset] = (byte) width;
    int packed = Varint.put(out, offset + 1, base);
    kernels.pack(numbers, numbers.length, base, width, out, packed);
    return packed + ClockKernels.packedBytes(numbers.length, width);
  }

  @Override
  int decodeBody(byte[] in, int offset, int end, long[] numbers) {
    if (offset >= end) {
      throw new CorruptClockException("width truncated: remaining=0");
    }
    int width = in[offset] & 0xff;
    if (width > Long.SIZE) {
      throw new CorruptClockException("width out of range: width=" + width + ", max=" + Long.SIZE);
    }
    long base = Varint.get(in, offset + 1, end);
    int packed = offset + 1 + Varint.length(base);
    int bytes = ClockKernels.packedBytes(numbers.length, width);
    if (end - packed < bytes) {
      throw new CorruptClockException(
          "packed numbers truncated: bytes=" + bytes + ", remaining=" + (end - packed));
    }
    ClockKernels kernels = ClockKernels.active();
    if (!kernels.unpack(in, packed, base, width, numbers, numbers.length)) {
      throw new CorruptClockException("last byte not filled with zeros: width=" + width);
    }
    requireNoOverflow(base, width, numbers);
    return packed + bytes;
  }

  private static void requireNoOverflow(long base, int width, long[] numbers) {
    long mostAbove = width == 0 ? 0 : -1L >>> (Long.SIZE - width);
    if (Long.compareUnsigned(base + mostAbove, base) >= 0) {
      return;
    }
    for (long number : numbers) {
      if (Long.compareUnsigned(number, base) < 0) {
        throw new CorruptClockException(
            "seqno above 2^64 - 1: base=" + Long.toUnsignedString(base) + ", width=" + width);
      }
    }
  }
}
