package io.channelindex.sequence.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import org.xerial.snappy.Snappy;

/** A general-purpose compression of a few kilobytes, as its library does it. Thread-safe. */
enum BlockCompression {
  /** Level 1, the fastest of the regular ones. */
  ZSTD {
    private static final int LEVEL = 1;

    @Override
    int maxBytes(int length) {
      return Math.toIntExact(Zstd.compressBound(length));
    }

    @Override
    int compress(byte[] in, int length, byte[] out, int offset) {
      return Math.toIntExact(
          Zstd.compressByteArray(out, offset, out.length - offset, in, 0, length, LEVEL));
    }

    @Override
    int decompress(byte[] in, int offset, int length, byte[] out) {
      try {
        long written = Zstd.decompressByteArray(out, 0, out.length, in, offset, length);
        return Math.toIntExact(written);
      } catch (ZstdException e) {
        throw new CorruptClockException("no zstd block: error=" + e.getMessage());
      }
    }
  },

  /** The fast compressor, in the fastest of the library's implementations that runs here. */
  LZ4 {
    @Override
    int maxBytes(int length) {
      return Lz4.FACTORY.fastCompressor().maxCompressedLength(length);
    }

    @Override
    int compress(byte[] in, int length, byte[] out, int offset) {
      return Lz4.FACTORY.fastCompressor().compress(in, 0, length, out, offset);
    }

    @Override
    int decompress(byte[] in, int offset, int length, byte[] out) {
      try {
        return Lz4.FACTORY.safeDecompressor().decompress(in, offset, length, out, 0);
      } catch (LZ4Exception e) {
        throw new CorruptClockException("no lz4 block: error=" + e.getMessage());
      }
    }
  },

  SNAPPY {
    @Override
    int maxBytes(int length) {
      return Snappy.maxCompressedLength(length);
    }

    @Override
    int compress(byte[] in, int length, byte[] out, int offset) {
      try {
        return Snappy.compress(in, 0, length, out, offset);
      } catch (IOException e) {
        throw new IllegalStateException("snappy failed: length=" + length, e);
      }
    }

    @Override
    int decompress(byte[] in, int offset, int length, byte[] out) {
      try {
        int needed = Snappy.uncompressedLength(in, offset, length);
        if (needed < 0 || needed > out.length) {
          throw new CorruptClockException(
              "snappy block too long: bytes=" + needed + ", max=" + out.length);
        }
        return Snappy.uncompress(in, offset, length, out, 0);
      } catch (IOException e) {
        throw new CorruptClockException("no snappy block: error=" + e.getMessage());
      }
    }
  };

  /** The most bytes that a block of this length takes. */
  abstract int maxBytes(int length);

  /** Compresses the first bytes of {@code in} to {@code offset}; the bytes written. */
  abstract int compress(byte[] in, int length, byte[] out, int offset);

  /**
   * Decompresses a block to the beginning of {@code out}, and never beyond its end; the bytes
   * written.
   *
   * @throws CorruptClockException if it is no block, or does not fit
   */
  abstract int decompress(byte[] in, int offset, int length, byte[] out);

  /** Loaded, with what it loads, when it is used first. */
  private static final class Lz4 {
    static final LZ4Factory FACTORY = LZ4Factory.fastestInstance();
  }
}
