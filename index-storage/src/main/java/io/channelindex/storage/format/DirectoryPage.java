package io.channelindex.storage.format;

import java.util.List;

/**
 * A page of a channel's block directory in one partition: summaries of {@link
 * ChannelHead#BLOCKS_PER_PAGE} closed blocks. Never changed once a head names it, but by
 * compaction.
 *
 * <pre>
 *  +--------+---------+----------+-----------+--------------------------------+
 *  | header | channel | columns  | blocks    | per block: number, entries,    |
 *  | 8      | text    | varint   | varint    | row of highest (SeqnoColumns)  |
 *  +--------+---------+----------+-----------+--------------------------------+
 * </pre>
 *
 * @param channel its name, verified on read
 * @param blocks oldest first; all of the same number of vbuckets
 */
public record DirectoryPage(String channel, List<ChannelHead.Summary> blocks) {
  public DirectoryPage {
    blocks = List.copyOf(blocks);
    if (!blocks.isEmpty()) {
      ChannelHead.requireWidth(blocks, blocks.get(0).highest().size());
    }
  }

  /** As a document of the index bucket. */
  public byte[] encode() {
    int width = blocks.isEmpty() ? 0 : blocks.get(0).highest().size();
    PayloadWriter payload = PayloadWriter.ofDocument(4096);
    payload.text(channel).varint(width);
    ChannelHead.writeSummaries(payload, new SeqnoColumns(width), blocks);
    return payload.seal(DocumentFormat.DIRECTORY_PAGE);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @throws UnreadableDocumentException if it is none of these, or another channel's
   */
  public static DirectoryPage decode(String key, String channel, byte[] document) {
    return PayloadReader.decode(
        key, DocumentFormat.DIRECTORY_PAGE, document, payload -> read(payload, channel));
  }

  private static DirectoryPage read(PayloadReader payload, String channel) {
    String name = payload.channel(channel);
    int width = payload.varint("columns", SeqnoColumns.MAX);
    return new DirectoryPage(name, ChannelHead.readSummaries(payload, new SeqnoColumns(width)));
  }
}
