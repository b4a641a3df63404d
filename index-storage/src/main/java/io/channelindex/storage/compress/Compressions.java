package io.channelindex.storage.compress;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All compressions, and the dictionaries that are known: what it takes to read any document.
 *
 * <p>A block that was compressed with a dictionary begins with the dictionary's version as a byte
 * or more (unsigned LEB128), 0 for none; blocks of the other compressions are the libraries' own.
 *
 * <p>Thread-safe; a dictionary that was added stays.
 */
public final class Compressions {
  private final Map<Integer, Codec> dictionaries = new ConcurrentHashMap<>();
  private final @Nullable DictionaryTrainer samples;
  private volatile int newest;

  /** Without a dictionary yet. */
  public Compressions() {
    this(null);
  }

  /**
   * Without a dictionary yet.
   *
   * @param samples is shown the payloads that would have been compressed with a dictionary, as long
   *     as there is none
   */
  public Compressions(@Nullable DictionaryTrainer samples) {
    this.samples = samples;
  }

  /** Adds a dictionary; the newest one is used from now on. */
  public void add(Dictionary dictionary) {
    dictionaries.computeIfAbsent(
        dictionary.version(), version -> new ZstdCodec(dictionary.content()));
    synchronized (this) {
      newest = Math.max(newest, dictionary.version());
    }
  }

  /** Whether blocks that were compressed with this dictionary can be read. */
  public boolean knows(int version) {
    return dictionaries.containsKey(version);
  }

  /** The version of the newest dictionary that is known, 0 for none. */
  public int newestDictionary() {
    return newest;
  }

  /**
   * A compressor; that of {@link BlockCompression#ZSTD_DICTIONARY} follows the newest dictionary.
   */
  public Compressor compressor(BlockCompression compression) {
    return switch (compression) {
      case NONE -> Compressor.NONE;
      case LZ4, SNAPPY, ZSTD -> new PlainCompressor(compression, codec(compression));
      case ZSTD_DICTIONARY -> new DictionaryCompressor();
    };
  }

  /**
   * Undoes a compressor's work.
   *
   * @param target takes exactly what there is from {@code at} to its end
   * @throws IllegalArgumentException if this is not what a compressor wrote, or its length differs
   * @throws UnknownDictionaryException if a dictionary has to be loaded first
   */
  public void decompress(
      BlockCompression compression, byte[] stored, int from, int length, byte[] target, int at) {
    int written;
    if (compression == BlockCompression.ZSTD_DICTIONARY) {
      int version = Versions.read(stored, from, length);
      int skip = Versions.size(version);
      written = codecOf(version).decompress(stored, from + skip, length - skip, target, at);
    } else {
      written = codec(compression).decompress(stored, from, length, target, at);
    }
    if (written != target.length - at) {
      throw new IllegalArgumentException(
          "another length than announced: bytes=" + written + ", expected=" + (target.length - at));
    }
  }

  private static Codec codec(BlockCompression compression) {
    return switch (compression) {
      case NONE -> Uncompressed.CODEC;
      case LZ4 -> Lz4.CODEC;
      case SNAPPY -> Snappy.CODEC;
      case ZSTD, ZSTD_DICTIONARY -> Zstd.CODEC;
    };
  }

  private Codec codecOf(int version) {
    if (version == 0) {
      return Zstd.CODEC;
    }
    @Nullable Codec codec = dictionaries.get(version);
    if (codec == null) {
      throw new UnknownDictionaryException(version);
    }
    return codec;
  }

  private record PlainCompressor(BlockCompression compression, Codec codec) implements Compressor {
    @Override
    public int bound(int length) {
      return codec.bound(length);
    }

    @Override
    public int compress(byte[] raw, int from, int length, byte[] target, int at) {
      return codec.compress(raw, from, length, target, at);
    }
  }

  private final class DictionaryCompressor implements Compressor {
    @Override
    public BlockCompression compression() {
      return BlockCompression.ZSTD_DICTIONARY;
    }

    @Override
    public int bound(int length) {
      return Versions.MAX_BYTES + Zstd.CODEC.bound(length);
    }

    @Override
    public int compress(byte[] raw, int from, int length, byte[] target, int at) {
      int version = newest;
      if (version == 0 && samples != null) {
        samples.offer(raw, from, length);
      }
      int size = Versions.write(version, target, at);
      return size + codecOf(version).compress(raw, from, length, target, at + size);
    }
  }

  /** Each is loaded, with its native library, when it is used first. */
  private static final class Lz4 {
    static final Codec CODEC = new Lz4Codec();
  }

  private static final class Snappy {
    static final Codec CODEC = new SnappyCodec();
  }

  private static final class Zstd {
    static final Codec CODEC = new ZstdCodec();
  }
}
