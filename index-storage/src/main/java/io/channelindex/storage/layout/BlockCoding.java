package io.channelindex.storage.layout;

import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.format.LogFrameEncoder;

/**
 * How blocks are written and read beyond their layout (W11): compressed in one way, read in all.
 *
 * <p>Thread-safe.
 */
public final class BlockCoding {
  private final Compressor compressor;
  private final Compressions compressions;
  private final ThreadLocal<LogFrameEncoder> encoders;

  /**
   * Blocks that are compressed in one way where that pays.
   *
   * @param compressions all that can be read
   */
  public BlockCoding(BlockCompression compression, Compressions compressions) {
    this.compressor = compressions.compressor(compression);
    this.compressions = compressions;
    this.encoders = ThreadLocal.withInitial(() -> new LogFrameEncoder(compressor));
  }

  /** Blocks that are not compressed; others can be read but for those with a dictionary. */
  public static BlockCoding plain() {
    return new BlockCoding(BlockCompression.NONE, new Compressions());
  }

  Compressor compressor() {
    return compressor;
  }

  Compressions compressions() {
    return compressions;
  }

  /** An encoder of the calling thread. */
  LogFrameEncoder encoder() {
    return encoders.get();
  }
}
