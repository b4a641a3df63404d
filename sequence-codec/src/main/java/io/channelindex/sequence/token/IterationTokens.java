package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.Varint;
import io.channelindex.sequence.token.FeedToken.Stage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of the rows of one stage of an iteration, see {@link TokenStrategy#iteration} and
 * {@link TokenStrategy#backfill}: what all rows share, and after it
 *
 * <pre>
 *  +-------------------------+-----------------------------------+
 *  | channels, 3 bytes       | row: varint vbucket               |
 *  | ({@link TokenScope#channels}) |      varint seqno - begin[vbucket]|
 *  |                         |      varint 0, or bytes of id + 1 |
 *  |                         |      document id in UTF-8         |
 *  +-------------------------+-----------------------------------+
 * </pre>
 *
 * <p>A stage begins at {@code since}, that of a backfill at 0.
 *
 * <p>Immutable and thread-safe.
 */
public final class IterationTokens {
  /** The longest document id that a token carries, in bytes of UTF-8; keys have 250 at most. */
  static final int MAX_DOCUMENT_BYTES = 1024;

  private static final int MAX_ROW_BYTES = 3 * Varint.MAX_BYTES;
  private static final byte[] NO_DOCUMENT = {};

  private final TokenScope scope;
  private final SequenceClock begin;
  private final SequenceClock end;
  private final TokenBegin shared;

  private IterationTokens(
      TokenScope scope, SequenceClock begin, SequenceClock end, TokenBegin shared) {
    this.scope = scope;
    this.begin = begin;
    this.end = end;
    this.shared = shared;
  }

  /**
   * The tokens of a stage.
   *
   * @param shared what says {@code since}, {@code upper} and the stage
   */
  static IterationTokens of(
      Stage stage, TokenScope scope, SequenceClock since, SequenceClock upper, TokenBegin shared) {
    return new IterationTokens(scope, stage.begin(since), stage.end(since, upper), shared);
  }

  /**
   * The token of one row.
   *
   * @param vbucket the row's
   * @param seqno the row's: from {@code since} to {@code upper}; in a backfill up to {@code since}
   * @param document the row's document id if more rows of the same (vbucket, seqno) follow it; null
   *     otherwise
   * @throws IllegalArgumentException if there is no such row in this stage, or the id is longer
   *     than 1,024 bytes of UTF-8 or no text
   */
  public Token token(int vbucket, long seqno, @Nullable String document) {
    FeedToken.requirePosition(begin, end, vbucket, seqno);
    byte[] id = document == null ? NO_DOCUMENT : utf8(document);
    ByteBuffer row = shared.room(TokenScope.CHANNEL_BYTES + MAX_ROW_BYTES + id.length);
    TokenBegin.putChannels(row, scope);
    Varint.put(row, vbucket);
    Varint.put(row, seqno - begin.seqno(vbucket));
    Varint.put(row, document == null ? 0 : id.length + 1L);
    row.put(id);
    return shared.with(row);
  }

  /** The text of the {@linkplain #token token} of one row. */
  public String at(int vbucket, long seqno, @Nullable String document) {
    return token(vbucket, seqno, document).toString();
  }

  /** The row that the bytes end with, as the iteration that it is in the middle of. */
  static FeedToken.Iteration parseRow(
      ByteBuffer bytes, Stage stage, SequenceClock since, SequenceClock upper)
      throws CharacterCodingException {
    SequenceClock begin = stage.begin(since);
    int vbucket = Varint.get(bytes, "vbucket", begin.vbuckets() - 1);
    long seqno = begin.seqno(vbucket) + Varint.get(bytes);
    if (Long.compareUnsigned(seqno, begin.seqno(vbucket)) < 0) {
      throw TokenException.malformed("seqno above 2^64 - 1: vbucket=" + vbucket);
    }
    FeedToken.Iteration row =
        new FeedToken.Iteration(upper, stage, vbucket, seqno, parseDocument(bytes));
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
