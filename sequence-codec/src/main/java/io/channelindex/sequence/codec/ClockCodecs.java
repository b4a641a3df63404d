package io.channelindex.sequence.codec;

import io.channelindex.sequence.SequenceClock;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The codecs that need nothing but the bytes to read a clock. */
public final class ClockCodecs {
  private static final List<ClockCodec> ALL = List.of(PatchedForCodec.INSTANCE);

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

  /**
   * The clock that the bytes from the buffer's position on say, by whichever codec their header
   * names; the position is left after them.
   *
   * @throws CorruptClockException if they say none
   */
  public static SequenceClock decodeAny(ByteBuffer bytes) {
    if (!bytes.hasRemaining()) {
      throw new CorruptClockException("no bytes");
    }
    int id = bytes.get(bytes.position()) & 31;
    return byId(id)
        .orElseThrow(() -> new CorruptClockException("codec not known: id=" + id))
        .decode(bytes);
  }
}
