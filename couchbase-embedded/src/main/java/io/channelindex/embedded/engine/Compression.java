package io.channelindex.embedded.engine;

import io.channelindex.embedded.protocol.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.xerial.snappy.Snappy;

/** Snappy as the protocol uses it: one raw block a value, without framing. */
public final class Compression {
  private Compression() {}

  /**
   * Inflates a block that a client sent.
   *
   * @param limit most bytes to inflate to
   * @throws StatusException {@link Status#EINVAL} if it is no such block, {@link Status#E2BIG} if
   *     it claims to be larger than {@code limit}; nothing larger is allocated
   */
  public static byte[] inflate(byte[] block, int limit) {
    try {
      int length = Snappy.uncompressedLength(block);
      if (length > limit) {
        throw StatusException.of(Status.E2BIG);
      }
      byte[] value = new byte[length];
      Snappy.uncompress(block, 0, block.length, value, 0);
      return value;
    } catch (IOException e) {
      throw StatusException.of(Status.EINVAL);
    }
  }

  /** Compresses all of {@code value}. */
  public static byte[] deflate(byte[] value) {
    return deflate(value, 0, value.length);
  }

  /** Compresses {@code length} bytes of {@code value} from {@code offset}. */
  public static byte[] deflate(byte[] value, int offset, int length) {
    try {
      byte[] block = new byte[Snappy.maxCompressedLength(length)];
      int blockLength = Snappy.compress(value, offset, length, block, 0);
      return Arrays.copyOf(block, blockLength);
    } catch (IOException e) {
      throw new UncheckedIOException("snappy failed: length=" + length, e);
    }
  }
}
