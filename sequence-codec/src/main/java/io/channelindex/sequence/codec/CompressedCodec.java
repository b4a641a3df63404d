package io.channelindex.sequence.codec;

import java.nio.ByteBuffer;

/**
 * Another codec's body, compressed by a general-purpose library: the yardstick for the codecs that
 * know what a clock is.
 *
 * <pre>
 *  +-----------------------+------------------+
 *  | varint: length, &gt;= 1  | compressed block |
 *  +-----------------------+------------------+
 * </pre>
 *
 * <p>However long a block says it is, no more memory is taken than the inner codec needs for the
 * vbuckets of the header.
 */
final class CompressedCodec extends ClockCodec {
  static final CompressedCodec ZSTD_RAW =
      new CompressedCodec(8, "zstd-raw", BlockCompression.ZSTD, RawCodec.INSTANCE);
  static final CompressedCodec ZSTD_VARINT =
      new CompressedCodec(9, "zstd-varint", BlockCompression.ZSTD, VarintCodec.INSTANCE);
  static final CompressedCodec LZ4_RAW =
      new CompressedCodec(10, "lz4-raw", BlockCompression.LZ4, RawCodec.INSTANCE);
  static final CompressedCodec LZ4_VARINT =
      new CompressedCodec(11, "lz4-varint", BlockCompression.LZ4, VarintCodec.INSTANCE);
  static final CompressedCodec SNAPPY_RAW =
      new CompressedCodec(12, "snappy-raw", BlockCompression.SNAPPY, RawCodec.INSTANCE);
  static final CompressedCodec SNAPPY_VARINT =
      new CompressedCodec(13, "snappy-varint", BlockCompression.SNAPPY, VarintCodec.INSTANCE);

  private final BlockCompression compression;
  private final ClockCodec inner;
  private final ThreadLocal<byte[]> plainOfThread;

  private CompressedCodec(int id, String name, BlockCompression compression, ClockCodec inner) {
    super(id, name);
    this.compression = compression;
    this.inner = inner;
    this.plainOfThread = ThreadLocal.withInitial(() -> new byte[inner.maxBodyBytes(MAX_VBUCKETS)]);
  }

  @Override
  int maxBodyBytes(int vbuckets) {
    return Varint.length(MAX_BYTES) + compression.maxBytes(inner.maxBodyBytes(vbuckets));
  }

  @Override
  int encodeBody(long[] numbers, byte[] out, int offset) {
    byte[] plain = plainOfThread.get();
    int length = inner.encodeBody(numbers, plain, 0);
    // Room for the longest length; then the block is moved to behind the one that it has.
    int room = offset + Varint.length(MAX_BYTES);
    int compressed = compression.compress(plain, length, out, room);
    int block = Varint.put(out, offset, compressed);
    System.arraycopy(out, room, out, block, compressed);
    return block + compressed;
  }

  @Override
  int decodeBody(byte[] in, int offset, int end, long[] numbers) {
    ByteBuffer bytes = ByteBuffer.wrap(in, offset, end - offset);
    int length = Varint.get(bytes, "block", MAX_BYTES);
    if (length == 0 || length > bytes.remaining()) {
      throw new CorruptClockException(
          "block truncated: bytes=" + length + ", remaining=" + bytes.remaining());
    }
    byte[] plain = plainOfThread.get();
    int plainLength = compression.decompress(in, bytes.position(), length, plain);
    int read = inner.decodeBody(plain, 0, plainLength, numbers);
    if (read != plainLength) {
      throw new CorruptClockException("bytes left over: remaining=" + (plainLength - read));
    }
    return bytes.position() + length;
  }
}
