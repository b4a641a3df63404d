package io.channelindex.storage.compress;

import java.io.IOException;
import org.xerial.snappy.Snappy;

/** Snappy's raw format, in the native library. */
final class SnappyCodec implements Codec {
  @Override
  public int bound(int length) {
    return Snappy.maxCompressedLength(length);
  }

  @Override
  public int compress(byte[] raw, int from, int length, byte[] target, int at) {
    try {
      return Snappy.compress(raw, from, length, target, at);
    } catch (IOException e) {
      throw new IllegalStateException("snappy failed: length=" + length, e);
    }
  }

  @Override
  public int decompress(byte[] stored, int from, int length, byte[] target, int at) {
    try {
      int needed = Snappy.uncompressedLength(stored, from, length);
      if (needed < 0 || needed > target.length - at) {
        throw new IllegalArgumentException(
            "snappy block too long: bytes=" + needed + ", max=" + (target.length - at));
      }
      return Snappy.uncompress(stored, from, length, target, at);
    } catch (IOException e) {
      throw new IllegalArgumentException("no snappy block: length=" + length, e);
    }
  }
}
