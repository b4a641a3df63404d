package io.channelindex.sequence.codec;

import io.channelindex.sequence.SequenceClock;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The codecs that need nothing but the bytes to read a clock. */
public final class ClockCodecs {
  private static final List<ClockCodec> ALL =
      List.of(
          PatchedForCodec.INSTANCE,
          RawCodec.INSTANCE,
          VarintCodec.INSTANCE,
          FrameOfReferenceCodec.INSTANCE,
          EntropyCodec.INSTANCE,
          SparseCodec.INSTANCE,
          CompressedCodec.ZSTD_RAW,
          CompressedCodec.ZSTD_VARINT,
          CompressedCodec.LZ4_RAW,
          CompressedCodec.LZ4_VARINT,
          CompressedCodec.SNAPPY_RAW,
          CompressedCodec.SNAPPY_VARINT);

  private ClockCodecs() {}

  /** All of them, by ascending id. */
  public static List<ClockCodec> all() {
    return ALL;
  }

  /** The codec with that id in its header. */
  public static Optional<ClockCodec> byId(int id) {
    return ALL.stream().filter(codec -> codec.id() == id).findFirst();
  }

  /** The codec of that name. */
  public static Optional<ClockCodec> byName(String name) {
    return ALL.stream().filter(codec -> codec.name().equals(name)).findFirst();
  }

  /** One that writes the bytes of whichever takes few of them, and reads those of all. */
  public static ClockCodec auto() {
    return AutoCodec.INSTANCE;
  }

  /** The codec with that id in a header, for a reader. */
  static ClockCodec reader(int id) {
    for (ClockCodec codec : ALL) {
      if (codec.id() == id) {
        return codec;
      }
    }
    throw new CorruptClockException("codec not known: id=" + id);
  }

  /**
   * The clock that the bytes from the buffer's position on say, by whichever codec their header
   * names; the position is left after them.
   *
   * @throws CorruptClockException if they say none
   */
  public static SequenceClock decodeAny(ByteBuffer bytes) {
    return AutoCodec.INSTANCE.decode(bytes);
  }
}
