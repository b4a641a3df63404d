package io.channelindex.storage.format;

import java.util.Arrays;

/**
 * A clock that tokens name, as {@code io.channelindex.sequence.token} writes it.
 *
 * <pre>
 *  +--------+--------------------+
 *  | header | content            |
 *  | 8      | length, then bytes |
 *  +--------+--------------------+
 * </pre>
 */
public final class ClockDocument {
  private ClockDocument() {}

  /** As a document of the index bucket. */
  public static byte[] encode(byte[] content) {
    return PayloadWriter.ofDocument(content.length + 3).sized(content).seal(DocumentFormat.CLOCK);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @throws UnreadableDocumentException if it is none of these
   */
  public static byte[] decode(String key, byte[] document) {
    return PayloadReader.decode(key, DocumentFormat.CLOCK, document, ClockDocument::read);
  }

  private static byte[] read(PayloadReader payload) {
    int length = payload.count("content", 1);
    int from = payload.skip(length);
    return Arrays.copyOfRange(payload.array(), from, from + length);
  }
}
