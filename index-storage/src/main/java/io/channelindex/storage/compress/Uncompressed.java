package io.channelindex.storage.compress;

/** What leaves bytes as they are, where a compression is asked for by name. */
final class Uncompressed implements Codec, Compressor {
  static final Uncompressed CODEC = new Uncompressed();

  private Uncompressed() {}

  @Override
  public BlockCompression compression() {
    return BlockCompression.NONE;
  }

  @Override
  public int bound(int length) {
    return length;
  }

  @Override
  public int compress(byte[] raw, int from, int length, byte[] target, int at) {
    System.arraycopy(raw, from, target, at, length);
    return length;
  }

  @Override
  public int decompress(byte[] stored, int from, int length, byte[] target, int at) {
    if (length > target.length - at) {
      throw new IllegalArgumentException(
          "too long: bytes=" + length + ", max=" + (target.length - at));
    }
    System.arraycopy(stored, from, target, at, length);
    return length;
  }
}
