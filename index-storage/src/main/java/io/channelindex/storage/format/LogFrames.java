package io.channelindex.storage.format;

import io.channelindex.storage.Entry;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.format.DocumentHeader.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A block of layout {@code log} (W5): frames, appended one after the other without reading the
 * block, each with entries of one channel in one partition in the order in which they were indexed.
 * A frame that was appended twice, because the answer to the first time was lost, is there twice.
 *
 * <pre>
 *  +--------+--------+---------+------------------------------+--------+---------+------+
 *  | header | length | place   | FIRST: channel, text         | epoch  | entries | rows |
 *  | 8      | varint | 0 or 1, | NEXT: the lower half of its  | varint | varint, |      |
 *  |        |        | octet   | channelHash, 4 bytes         |        | &gt; 0     |      |
 *  +--------+--------+---------+------------------------------+--------+---------+------+
 *                     &lt;------- length bytes, may be compressed as a whole -------------&gt;
 *
 *  row: flags    bits 0-1 state, 2-3 form of the revision, 4 same tag as the row before,
 *                5-7 form of the document id (IdRowWriter)                           octet
 *       tag      unless the same: its index                                          varint
 *                and if that is the next one: vbucket varint, vbuuid fixed
 *       seqno    its difference to the last one of the tag, 0 before the first       signed
 *       id       0 plain: how much of the last plain id, how much follows            varint, text
 *                1 its fields (IdTemplate), 2 template varint, fields, 3 template, fields
 *       revision 0: generation varint, 16 bytes of digest
 *                1: generation varint, length varint, digest   2: text
 * </pre>
 *
 * The header is that of a document; its checksum covers the frame and nothing else, so that
 * everything that was appended can be told from what is damaged. What is in a row refers to rows of
 * its own frame only.
 *
 * <p>The first frame names the channel, the others prove it: the key names it already, and half a
 * hash excludes a misplaced frame as well as half a kilobyte does.
 */
public final class LogFrames {
  static final int STATE = 3;
  static final int REVISION = 3 << 2;
  static final int USUAL_REVISION = 0;
  static final int PACKED_REVISION = 1 << 2;
  static final int TEXT_REVISION = 2 << 2;
  static final int SAME_TAG = 1 << 4;
  static final int USUAL_DIGEST_BYTES = 16;

  private LogFrames() {}

  /** Where a frame stands in its document. */
  public enum Place {
    /** Not at the beginning, unless it was written there twice. */
    NEXT(0),
    /** At the beginning. */
    FIRST(1);

    private final int code;

    Place(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /**
   * A frame of the entries; whoever makes many of them uses a {@link LogFrameEncoder}.
   *
   * @throws IllegalArgumentException if there are none, or one cannot be written
   */
  public static byte[] encode(
      String channel, long epoch, List<Entry> entries, Place place, Compressor compressor) {
    return new LogFrameEncoder(compressor).encode(channel, epoch, entries, place);
  }

  /**
   * Reads a document of the index bucket: the entries of its frames that a filter wants, as they
   * stand there. Each frame is verified before its first entry is given; a failure at a later frame
   * comes after the entries of those before.
   *
   * @param key for messages
   * @param channel the name that it must have
   * @return the latest epoch of the owners who wrote it
   * @throws UnreadableDocumentException if it is none of these, or another channel's
   */
  public static long decode(
      String key,
      String channel,
      byte[] document,
      Compressions compressions,
      EntryFilter filter,
      EntrySink sink) {
    LogFrameReader reader = new LogFrameReader(channel, filter, sink);
    long latest = 0;
    int at = 0;
    do {
      Frame frame = openFrame(key, document, at, compressions);
      long epoch = frame.payload().all(reader::frame);
      latest = Long.compareUnsigned(epoch, latest) > 0 ? epoch : latest;
      at = frame.end();
    } while (at < document.length);
    return latest;
  }

  /**
   * All entries of a document of the index bucket, as they stand there.
   *
   * @throws UnreadableDocumentException if it is none of these, or another channel's
   */
  public static List<Entry> decode(
      String key, String channel, byte[] document, Compressions compressions) {
    List<Entry> entries = new ArrayList<>();
    EntrySink sink =
        (documentId, revision, vbucket, seqno, vbuuid, state) ->
            entries.add(
                new Entry(
                    documentId, Objects.requireNonNull(revision), vbucket, seqno, vbuuid, state));
    decode(key, channel, document, compressions, EntryFilter.ALL, sink);
    return entries;
  }

  private static Frame openFrame(String key, byte[] document, int at, Compressions compressions) {
    return DocumentHeader.openFrame(key, DocumentFormat.LOG_FRAMES, document, at, compressions);
  }

  /** The lower half of a channel's hash. */
  static int proof(String channel) {
    return (int) IndexKeys.channelHash(channel);
  }
}
