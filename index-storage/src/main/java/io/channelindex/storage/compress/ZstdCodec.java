package io.channelindex.storage.compress;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import com.github.luben.zstd.ZstdException;
import org.jspecify.annotations.Nullable;

/**
 * Zstandard with or without a dictionary. Frames go without checksum, content size and dictionary
 * id: the document has them.
 */
final class ZstdCodec implements Codec, AutoCloseable {
  /** The library's default. */
  static final int LEVEL = 3;

  private final @Nullable ZstdDictCompress forCompression;
  private final @Nullable ZstdDictDecompress forDecompression;
  private final ContextPool<ZstdCompressCtx> compressors;
  private final ContextPool<ZstdDecompressCtx> decompressors;

  /** Without a dictionary. */
  ZstdCodec() {
    this(null, null);
  }

  /** With a dictionary. */
  ZstdCodec(byte[] dictionary) {
    this(new ZstdDictCompress(dictionary, LEVEL), new ZstdDictDecompress(dictionary));
  }

  private ZstdCodec(
      @Nullable ZstdDictCompress forCompression, @Nullable ZstdDictDecompress forDecompression) {
    this.forCompression = forCompression;
    this.forDecompression = forDecompression;
    this.compressors = new ContextPool<>(this::newCompressor);
    this.decompressors = new ContextPool<>(this::newDecompressor);
  }

  private ZstdCompressCtx newCompressor() {
    ZstdCompressCtx context = new ZstdCompressCtx();
    context.setLevel(LEVEL).setChecksum(false).setContentSize(false).setDictID(false);
    if (forCompression != null) {
      context.loadDict(forCompression);
    }
    return context;
  }

  private ZstdDecompressCtx newDecompressor() {
    ZstdDecompressCtx context = new ZstdDecompressCtx();
    if (forDecompression != null) {
      context.loadDict(forDecompression);
    }
    return context;
  }

  @Override
  public int bound(int length) {
    return Math.toIntExact(Zstd.compressBound(length));
  }

  @Override
  public int compress(byte[] raw, int from, int length, byte[] target, int at) {
    ZstdCompressCtx context = compressors.take();
    try {
      int written = context.compressByteArray(target, at, target.length - at, raw, from, length);
      compressors.give(context);
      return written;
    } catch (ZstdException e) {
      compressors.discard(context);
      throw new IllegalStateException("zstd failed: length=" + length, e);
    }
  }

  @Override
  public int decompress(byte[] stored, int from, int length, byte[] target, int at) {
    ZstdDecompressCtx context = decompressors.take();
    try {
      int written =
          context.decompressByteArray(target, at, target.length - at, stored, from, length);
      decompressors.give(context);
      return written;
    } catch (ZstdException e) {
      decompressors.discard(context);
      throw new IllegalArgumentException("no zstd frame: length=" + length, e);
    }
  }

  /** How many native contexts it has. */
  int openContexts() {
    return compressors.open() + decompressors.open();
  }

  /** Gives native memory back; nobody may use it any more. */
  @Override
  public void close() {
    compressors.close();
    decompressors.close();
    if (forCompression != null) {
      forCompression.close();
    }
    if (forDecompression != null) {
      forDecompression.close();
    }
  }
}
