package io.channelindex.sequence.token;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The name of a stored clock: the first 128 bits of the SHA-256 of its content. Of 10 million
 * clocks two share one with a probability below 10^-24.
 */
record ClockId(long high, long low) {
  static final int BYTES = 2 * Long.BYTES;

  static ClockId of(byte[] content) {
    try {
      return read(ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(content)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static ClockId read(ByteBuffer in) {
    return new ClockId(in.getLong(), in.getLong());
  }

  void put(ByteBuffer out) {
    out.putLong(high).putLong(low);
  }

  /** The name in the {@link ClockStore}. */
  String name() {
    HexFormat hex = HexFormat.of();
    return "clock:" + hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
