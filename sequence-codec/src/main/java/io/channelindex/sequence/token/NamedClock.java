package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.CorruptClockException;
import io.channelindex.sequence.codec.PatchedForCodec;
import java.nio.ByteBuffer;

/**
 * A clock as it is stored, with what makes it comparable: for lookups, and as a base. The content:
 *
 * <pre>
 *   0           8           16
 *  +-----------+-----------+--------+
 *  | database  | branches  | clock  |
 *  | 8 bytes   | 8 bytes   |        |
 *  +-----------+-----------+--------+
 * </pre>
 *
 * @param database the identity of the index that it is of
 * @param branches digest of the branches under which it was read
 * @param clock the clock
 */
record NamedClock(long database, long branches, SequenceClock clock) {
  private static final int FIXED_BYTES = Long.BYTES + Long.BYTES;

  byte[] encode() {
    byte[] bytes = PatchedForCodec.INSTANCE.encode(clock);
    return ByteBuffer.allocate(FIXED_BYTES + bytes.length)
        .putLong(database)
        .putLong(branches)
        .put(bytes)
        .array();
  }

  /**
   * What a content says.
   *
   * @param name under which it was stored, for messages
   * @param database and the number of vbuckets that are expected
   * @throws TokenException {@code UNKNOWN} if it is not the content of a clock of this database
   */
  static NamedClock decode(String name, byte[] content, long database, int vbuckets) {
    if (content.length > FIXED_BYTES) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      long foundDatabase = bytes.getLong();
      long branches = bytes.getLong();
      try {
        SequenceClock clock = PatchedForCodec.INSTANCE.decode(bytes);
        if (foundDatabase == database && clock.vbuckets() == vbuckets && !bytes.hasRemaining()) {
          return new NamedClock(database, branches, clock);
        }
      } catch (CorruptClockException e) {
        throw notOurs(name, content);
      }
    }
    throw notOurs(name, content);
  }

  private static TokenException notOurs(String name, byte[] content) {
    return new TokenException(
        TokenException.Reason.UNKNOWN,
        "no clock of this database: name=" + name + ", bytes=" + content.length);
  }
}
