package io.channelindex.storage.format;

import io.channelindex.storage.compress.Dictionary;
import java.util.Arrays;

/**
 * A dictionary for compression, written once and never changed: blocks name its version.
 *
 * <pre>
 *  +--------+---------+--------------------+
 *  | header | version | content            |
 *  | 8      | varint  | length, then bytes |
 *  +--------+---------+--------------------+
 * </pre>
 */
public final class DictionaryDocument {
  private DictionaryDocument() {}

  /** As a document of the index bucket. */
  public static byte[] encode(Dictionary dictionary) {
    return PayloadWriter.ofDocument(dictionary.content().length + 8)
        .varint(dictionary.version())
        .sized(dictionary.content())
        .seal(DocumentFormat.DICTIONARY);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @throws UnreadableDocumentException if it is none of these
   */
  public static Dictionary decode(String key, byte[] document) {
    return PayloadReader.decode(key, DocumentFormat.DICTIONARY, document, DictionaryDocument::read);
  }

  private static Dictionary read(PayloadReader payload) {
    int version = payload.varint("version", Integer.MAX_VALUE);
    int length = payload.count("content", 1);
    int from = payload.skip(length);
    return new Dictionary(version, Arrays.copyOfRange(payload.array(), from, from + length));
  }
}
