package io.channelindex.embedded.wire;

import org.jspecify.annotations.Nullable;

/**
 * What the captures count frames by.
 *
 * @param status null for frames that carry a vbucket instead
 */
record FrameKind(
    CapturedFrame.Side side,
    int magic,
    int opcode,
    int extrasLength,
    int framingLength,
    int datatype,
    boolean hasKey,
    @Nullable Integer status,
    boolean hasValue) {

  static FrameKind of(CapturedFrame captured) {
    return of(captured.side(), captured.frame(), captured.keyLength(), captured.valueLength());
  }

  /** The kind of a frame that a server sent just now. */
  static FrameKind ofServer(Frame frame) {
    return of(CapturedFrame.Side.SERVER, frame, frame.key().length, frame.value().length);
  }

  private static FrameKind of(
      CapturedFrame.Side side, Frame frame, int keyLength, int valueLength) {
    boolean response = frame.magic() == 0x81 || frame.magic() == 0x18;
    return new FrameKind(
        side,
        frame.magic(),
        frame.opcode(),
        frame.extras().length,
        frame.framing().length,
        frame.datatype(),
        keyLength > 0,
        response ? frame.status() : null,
        valueLength > 0);
  }
}
