package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.Varint;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one iteration's rows, see {@link TokenStrategy#iteration}: what all rows share, and
 * after it
 *
 * <pre>
 *  +-------------------------+-----------------------------------+
 *  | channels, 3 bytes       | row: varint vbucket               |
 *  | ({@link TokenScope#channels}) |      varint seqno - since[vbucket]|
 *  |                         |      varint 0, or bytes of id + 1 |
 *  |                         |      document id in UTF-8         |
 *  +-------------------------+-----------------------------------+
 * </pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class IterationTokens {
  /** The longest document id that a token carries, in bytes of UTF-8; keys have 250 at most. */
  static final int MAX_DOCUMENT_BYTES = 1024;

  private static final int MAX_ROW_BYTES = 3 * Varint.MAX_BYTES;
  private static final byte[] NO_DOCUMENT = {};

  private final TokenScope scope;
  private final SequenceClock since;
  private final SequenceClock upper;
  private final TokenBegin begin;

  /** Tokens that begin with what says {@code since} and {@code upper}. */
  IterationTokens(TokenScope scope, SequenceClock since, SequenceClock upper, TokenBegin begin) {
    this.scope = scope;
    this.since = since;
    this.upper = upper;
    this.begin = begin;
  }

  /**
   * The text of the token of one row.
   *
   * @param vbucket the row's
   * @param seqno the row's: from {@code since} to {@code upper}
   * @param document the row's document id if more rows of the same (vbucket, seqno) follow it; null
   *     otherwise
   * @throws IllegalArgumentException if there is no such row in this iteration, or the id is longer
   *     than 1,024 bytes of UTF-8 or no text
   */
  public String at(int vbucket, long seqno, @Nullable String document) {
    FeedToken.requirePosition(since, upper, vbucket, seqno);
    byte[] id = document == null ? NO_DOCUMENT : utf8(document);
    ByteBuffer row = begin.room(TokenScope.CHANNEL_BYTES + MAX_ROW_BYTES + id.length);
    TokenBegin.putChannels(row, scope);
    Varint.put(row, vbucket);
    Varint.put(row, seqno - since.seqno(vbucket));
    Varint.put(row, document == null ? 0 : id.length + 1L);
    row.put(id);
    return begin.with(row);
  }

  /** The row that the bytes end with, as the iteration that it is in the middle of. */
  static FeedToken.Iteration parseRow(ByteBuffer bytes, SequenceClock since, SequenceClock upper)
      throws CharacterCodingException {
    int vbucket = Varint.get(bytes, "vbucket", since.vbuckets() - 1);
    long seqno = since.seqno(vbucket) + Varint.get(bytes);
    if (Long.compareUnsigned(seqno, since.seqno(vbucket)) < 0) {
      throw TokenException.malformed("seqno above 2^64 - 1: vbucket=" + vbucket);
    }
    FeedToken.Iteration row = new FeedToken.Iteration(upper, vbucket, seqno, parseDocument(bytes));
    if (bytes.hasRemaining()) {
      throw TokenException.malformed("token with bytes left over: bytes=" + bytes.remaining());
    }
    return row;
  }

  private static @Nullable String parseDocument(ByteBuffer bytes) throws CharacterCodingException {
    int length = Varint.get(bytes, "document", MAX_DOCUMENT_BYTES + 1) - 1;
    if (length < 0) {
      return null;
    }
    if (length > bytes.remaining()) {
      throw TokenException.malformed(
          "document truncated: bytes=" + length + ", remaining=" + bytes.remaining());
    }
    ByteBuffer id = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    return StandardCharsets.UTF_8.newDecoder().decode(id).toString();
  }

  private static byte[] utf8(String document) {
    byte[] id = document.getBytes(StandardCharsets.UTF_8);
    if (id.length > MAX_DOCUMENT_BYTES) {
      throw new IllegalArgumentException(
          "document id too long: bytes=" + id.length + ", max=" + MAX_DOCUMENT_BYTES);
    }
    // Half of a surrogate pair would come back as a question mark.
    if (!new String(id, StandardCharsets.UTF_8).equals(document)) {
      throw new IllegalArgumentException("document id is no text: bytes=" + id.length);
    }
    return id;
  }
}
