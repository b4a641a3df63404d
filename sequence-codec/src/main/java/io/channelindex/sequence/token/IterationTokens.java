package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.Varint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one iteration's rows, see {@link TokenFormat#iteration}. A token costs a copy of
 * the text that all rows share and the encoding of about ten bytes.
 *
 * <p>Immutable and thread-safe.
 */
public final class IterationTokens {
  // Three bytes are four letters: what is left of the shared bytes begins every row's own text.
  private static final int GROUP_BYTES = 3;
  private static final int MAX_ROW_BYTES = 3 * Varint.MAX_BYTES;
  private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder().withoutPadding();
  private static final byte[] NO_DOCUMENT = {};

  private final SequenceClock since;
  private final SequenceClock upper;
  private final String sharedText;
  private final byte[] rest;
  private final int sharedChecksum;

  IterationTokens(SequenceClock since, SequenceClock upper, byte[] shared) {
    this.since = since;
    this.upper = upper;
    int whole = shared.length - shared.length % GROUP_BYTES;
    this.sharedText = TO_TEXT.encodeToString(Arrays.copyOf(shared, whole));
    this.rest = Arrays.copyOfRange(shared, whole, shared.length);
    this.sharedChecksum = Crc32c.of(shared, shared.length);
  }

  /**
   * The text of the token of one row, the same as {@link TokenFormat#format} makes.
   *
   * @param vbucket the row's
   * @param seqno the row's: from {@code since} to {@code upper}
   * @param document the row's document id if more rows of the same (vbucket, seqno) follow it; null
   *     otherwise
   * @throws IllegalArgumentException if there is no such row in this iteration, or the id is longer
   *     than {@link TokenFormat#MAX_DOCUMENT_BYTES} or no text
   */
  public String at(int vbucket, long seqno, @Nullable String document) {
    FeedToken.requirePosition(since, upper, vbucket, seqno);
    byte[] id = document == null ? NO_DOCUMENT : utf8(document);
    ByteBuffer row =
        ByteBuffer.allocate(rest.length + MAX_ROW_BYTES + id.length + TokenFormat.CHECKSUM_BYTES);
    row.put(rest);
    Varint.put(row, vbucket);
    Varint.put(row, seqno - since.seqno(vbucket));
    Varint.put(row, document == null ? 0 : id.length + 1L);
    row.put(id);
    row.putInt(Crc32c.continued(sharedChecksum, row.array(), rest.length, row.position()));
    return sharedText.concat(TO_TEXT.encodeToString(Arrays.copyOf(row.array(), row.position())));
  }

  private static byte[] utf8(String document) {
    byte[] id = document.getBytes(StandardCharsets.UTF_8);
    if (id.length > TokenFormat.MAX_DOCUMENT_BYTES) {
      throw new IllegalArgumentException(
          "document id too long: bytes=" + id.length + ", max=" + TokenFormat.MAX_DOCUMENT_BYTES);
    }
    // Half of a surrogate pair would come back as a question mark.
    if (!new String(id, StandardCharsets.UTF_8).equals(document)) {
      throw new IllegalArgumentException("document id is no text: bytes=" + id.length);
    }
    return id;
  }
}
