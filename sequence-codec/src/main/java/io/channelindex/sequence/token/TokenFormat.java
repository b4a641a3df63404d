package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.ClockAdvance;
import io.channelindex.sequence.codec.CorruptClockException;
import io.channelindex.sequence.codec.PatchedForCodec;
import io.channelindex.sequence.codec.Varint;
import io.channelindex.sequence.token.TokenException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Stateless tokens (feature S4): {@link FeedToken} to URL-safe text and back. The text is the
 * base64url (RFC 4648, section 5, without padding) of these bytes, numbers big-endian:
 *
 * <pre>
 *   0         1           9           17       18
 *  +---------+-----------+-----------+--------+---------------+
 *  | version | database  | branches  | form   | since: clock  |
 *  | = 1     | 8 bytes   | 8 bytes   | 0 1 2  |               |
 *  +---------+-----------+-----------+--------+---------------+
 *   if form is 1 or 2, the iteration:
 *  +---------------------------------+------------------------------------+
 *  | upper: 1 as the advance over    | row: varint vbucket                |
 *  |          since (ClockAdvance),  |      varint seqno - since[vbucket] |
 *  |        2 as a clock             |      varint 0, or bytes of id + 1  |
 *  |                                 |      document id in UTF-8          |
 *  +---------------------------------+------------------------------------+
 *   at the end:
 *  +--------------------------------------+
 *  | 4 bytes: CRC-32C of all before it    |
 *  +--------------------------------------+
 * </pre>
 *
 * <p>Clocks are written by {@link PatchedForCodec}. A token is not secret and not signed: the
 * checksum finds what was mangled on the way, not what was forged; what a forged one says is
 * checked as a client's word.
 *
 * <p>Thread-safe.
 */
public final class TokenFormat {
  /** The longest text that {@link #format} makes and {@link #parse} looks at. */
  public static final int MAX_CHARACTERS = 24 * 1024;

  /** The longest document id that a token carries, in bytes of UTF-8; keys have 250 at most. */
  public static final int MAX_DOCUMENT_BYTES = 1024;

  static final int CHECKSUM_BYTES = Integer.BYTES;

  private static final int VERSION = 1;
  private static final int FORM_CAUGHT_UP = 0;
  private static final int FORM_ADVANCE = 1;
  private static final int FORM_CLOCK = 2;
  private static final int FIXED_BYTES = 1 + Long.BYTES + Long.BYTES + 1;
  private static final byte[] NOTHING = {};
  private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder FROM_TEXT = Base64.getUrlDecoder();

  private final long database;
  private final int vbuckets;
  private final RecentClocks<String> recentCaughtUp = new RecentClocks<>();
  private final RecentClocks<IterationTokens> recentIterations = new RecentClocks<>();

  /**
   * The tokens of one database.
   *
   * @param database its identity
   * @param vbuckets of its data bucket, 1 … 1024
   */
  public TokenFormat(long database, int vbuckets) {
    this.database = database;
    this.vbuckets = SequenceClock.zero(vbuckets).vbuckets();
  }

  /**
   * The token's text: letters, digits, {@code -} and {@code _} only; never {@code 0} or empty.
   *
   * @throws IllegalArgumentException if the token is of another database or another number of
   *     vbuckets, or its document id is too long
   */
  public String format(FeedToken token) {
    if (token.database() != database) {
      throw new IllegalArgumentException(
          "token of another database: database=" + token.database() + ", expected=" + database);
    }
    FeedToken.Iteration iteration = token.iteration();
    if (iteration == null) {
      return caughtUp(token.branches(), token.since());
    }
    return iteration(token.branches(), token.since(), iteration.upper())
        .at(iteration.vbucket(), iteration.seqno(), iteration.document());
  }

  /**
   * The text of a token that says: everything up to {@code since} was delivered.
   *
   * @param branches digest of the branches under which the clock was read
   * @throws IllegalArgumentException if the clock is of another number of vbuckets
   */
  public String caughtUp(long branches, SequenceClock since) {
    return recentCaughtUp.get(branches, since, since, () -> makeCaughtUp(branches, since));
  }

  private String makeCaughtUp(long branches, SequenceClock since) {
    requireShape(since);
    byte[] clock = PatchedForCodec.INSTANCE.encode(since);
    byte[] bytes = shared(branches, FORM_CAUGHT_UP, clock, NOTHING, CHECKSUM_BYTES);
    int checked = bytes.length - CHECKSUM_BYTES;
    ByteBuffer.wrap(bytes).putInt(checked, Crc32c.of(bytes, checked));
    return TO_TEXT.encodeToString(bytes);
  }

  /**
   * The tokens of one iteration's rows: what they share is encoded here, once. Cheap where the same
   * two clock objects were given a short while ago.
   *
   * @param branches digest of the branches under which the clocks were read
   * @param since the clock up to which everything was delivered
   * @param upper the clock that the iteration goes to
   * @throws IllegalArgumentException if {@code upper} does not cover {@code since}, or a clock is
   *     of another number of vbuckets
   */
  public IterationTokens iteration(long branches, SequenceClock since, SequenceClock upper) {
    return recentIterations.get(branches, since, upper, () -> make(branches, since, upper));
  }

  private IterationTokens make(long branches, SequenceClock since, SequenceClock upper) {
    requireShape(since);
    FeedToken.requireWay(since, upper);
    byte[] from = PatchedForCodec.INSTANCE.encode(since);
    byte[] advance = ClockAdvance.encode(since, upper);
    byte[] to = advance;
    int form = FORM_ADVANCE;
    if (advance.length > from.length) {
      byte[] clock = PatchedForCodec.INSTANCE.encode(upper);
      if (clock.length < advance.length) {
        to = clock;
        form = FORM_CLOCK;
      }
    }
    return new IterationTokens(since, upper, shared(branches, form, from, to, 0));
  }

  private byte[] shared(long branches, int form, byte[] since, byte[] upper, int room) {
    return ByteBuffer.allocate(FIXED_BYTES + since.length + upper.length + room)
        .put((byte) VERSION)
        .putLong(database)
        .putLong(branches)
        .put((byte) form)
        .put(since)
        .put(upper)
        .array();
  }

  private void requireShape(SequenceClock clock) {
    if (clock.vbuckets() != vbuckets) {
      throw new IllegalArgumentException(
          "clock of different shape: vbuckets=" + clock.vbuckets() + ", expected=" + vbuckets);
    }
  }

  /**
   * What a text says.
   *
   * @throws TokenException if it says nothing, or not about this database
   */
  public FeedToken parse(String text) {
    ByteBuffer bytes = checked(text);
    try {
      return parse(bytes);
    } catch (CorruptClockException | CharacterCodingException | IllegalArgumentException e) {
      throw new TokenException(Reason.MALFORMED, "token says nothing: " + e.getMessage());
    }
  }

  /** The bytes without their version and checksum, which are right. */
  private static ByteBuffer checked(String text) {
    byte[] bytes = decode(text);
    if (bytes.length < FIXED_BYTES + CHECKSUM_BYTES) {
      throw malformed("token too short: bytes=" + bytes.length);
    }
    if (bytes[0] != VERSION) {
      throw malformed("token of unknown version: version=" + bytes[0] + ", known=" + VERSION);
    }
    int checked = bytes.length - CHECKSUM_BYTES;
    if (ByteBuffer.wrap(bytes).getInt(checked) != Crc32c.of(bytes, checked)) {
      throw malformed("token with wrong checksum: bytes=" + bytes.length);
    }
    return ByteBuffer.wrap(bytes, 1, checked - 1);
  }

  private static byte[] decode(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw malformed("token too long: length=" + text.length() + ", max=" + MAX_CHARACTERS);
    }
    byte[] bytes;
    try {
      bytes = FROM_TEXT.decode(text);
    } catch (IllegalArgumentException e) {
      throw malformed("token is no base64url: " + e.getMessage());
    }
    // The decoder lets padding and left-over bits pass: a token has one text only.
    if (!TO_TEXT.encodeToString(bytes).equals(text)) {
      throw malformed("token is no canonical base64url: length=" + text.length());
    }
    return bytes;
  }

  private FeedToken parse(ByteBuffer bytes) throws CharacterCodingException {
    long foundDatabase = bytes.getLong();
    if (foundDatabase != database) {
      throw new TokenException(
          Reason.FOREIGN,
          "token of another database: database="
              + Long.toHexString(foundDatabase)
              + ", expected="
              + Long.toHexString(database));
    }
    long branches = bytes.getLong();
    int form = bytes.get();
    SequenceClock since = PatchedForCodec.INSTANCE.decode(bytes);
    if (since.vbuckets() != vbuckets) {
      throw new TokenException(
          Reason.FOREIGN,
          "token of another number of vbuckets: vbuckets="
              + since.vbuckets()
              + ", expected="
              + vbuckets);
    }
    FeedToken token = new FeedToken(database, branches, since, parseIteration(form, since, bytes));
    if (bytes.hasRemaining()) {
      throw malformed("token with bytes left over: remaining=" + bytes.remaining());
    }
    return token;
  }

  private FeedToken.@Nullable Iteration parseIteration(
      int form, SequenceClock since, ByteBuffer bytes) throws CharacterCodingException {
    SequenceClock upper;
    switch (form) {
      case FORM_CAUGHT_UP -> {
        return null;
      }
      case FORM_ADVANCE -> upper = ClockAdvance.decode(since, bytes);
      case FORM_CLOCK -> upper = PatchedForCodec.INSTANCE.decode(bytes);
      default -> throw malformed("token of unknown form: form=" + form);
    }
    int vbucket = Varint.get(bytes, "vbucket", vbuckets - 1);
    long seqno = since.seqno(vbucket) + Varint.get(bytes);
    if (Long.compareUnsigned(seqno, since.seqno(vbucket)) < 0) {
      throw malformed("seqno above 2^64 - 1: vbucket=" + vbucket);
    }
    return new FeedToken.Iteration(upper, vbucket, seqno, parseDocument(bytes));
  }

  private static @Nullable String parseDocument(ByteBuffer bytes) throws CharacterCodingException {
    int length = Varint.get(bytes, "document", MAX_DOCUMENT_BYTES + 1) - 1;
    if (length < 0) {
      return null;
    }
    if (length > bytes.remaining()) {
      throw malformed("document truncated: bytes=" + length + ", remaining=" + bytes.remaining());
    }
    ByteBuffer id = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    return StandardCharsets.UTF_8.newDecoder().decode(id).toString();
  }

  private static TokenException malformed(String message) {
    return new TokenException(Reason.MALFORMED, message);
  }
}
