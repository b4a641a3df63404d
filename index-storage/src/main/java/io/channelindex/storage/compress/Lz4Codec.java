package io.channelindex.storage.compress;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** The fast compressor, in the fastest of the library's implementations that runs here. */
final class Lz4Codec implements Codec {
  private final LZ4Compressor compressor = LZ4Factory.fastestInstance().fastCompressor();
  private final LZ4SafeDecompressor decompressor = LZ4Factory.fastestInstance().safeDecompressor();

  @Override
  public int bound(int length) {
    return compressor.maxCompressedLength(length);
  }

  @Override
  public int compress(byte[] raw, int from, int length, byte[] target, int at) {
    return compressor.compress(raw, from, length, target, at);
  }

  @Override
  public int decompress(byte[] stored, int from, int length, byte[] target, int at) {
    try {
      return decompressor.decompress(stored, from, length, target, at);
    } catch (LZ4Exception e) {
      throw new IllegalArgumentException("no lz4 block: length=" + length, e);
    }
  }
}
