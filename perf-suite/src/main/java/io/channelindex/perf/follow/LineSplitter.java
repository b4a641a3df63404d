package io.channelindex.perf.follow;

import java.util.Arrays;

/**
 * Puts lines together from the chunks in which they arrive. Lines that lie within one chunk, which
 * is most of them, are not copied. For one thread.
 */
final class LineSplitter {
  /** Far longer than any row without its document. */
  private static final int LONGEST = 1 << 20;

  private final Lines lines;
  private byte[] pending = new byte[0];
  private int pendingLength;

  LineSplitter(Lines lines) {
    this.lines = lines;
  }

  /** Told of lines. */
  @FunctionalInterface
  interface Lines {
    /** A line, without its newline; the bytes may be overwritten afterwards. */
    void line(byte[] bytes, int from, int to);
  }

  /**
   * The next chunk.
   *
   * @throws MalformedFeedException if a line is longer than 1 MiB
   */
  void chunk(byte[] chunk) {
    int from = 0;
    for (int at = 0; at < chunk.length; at++) {
      if (chunk[at] == '\n') {
        line(chunk, from, at);
        from = at + 1;
      }
    }
    keep(chunk, from, chunk.length);
  }

  /** The answer broke off: what has no newline is lost. A new answer may follow. */
  void forget() {
    pendingLength = 0;
  }

  private void line(byte[] chunk, int from, int to) {
    if (pendingLength == 0) {
      lines.line(chunk, from, to);
      return;
    }
    keep(chunk, from, to);
    int length = pendingLength;
    pendingLength = 0;
    lines.line(pending, 0, length);
  }

  private void keep(byte[] chunk, int from, int to) {
    int length = pendingLength + to - from;
    if (length > LONGEST) {
      throw new MalformedFeedException("line is too long: bytes=" + length);
    }
    if (length > pending.length) {
      pending = Arrays.copyOf(pending, Math.max(256, Math.max(length, 2 * pending.length)));
    }
    System.arraycopy(chunk, from, pending, pendingLength, to - from);
    pendingLength = length;
  }
}
