package io.channelindex.storage.format;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * A page of the registry of a partition's channels: what has to be searched when documents are gone
 * and nobody says where they were. Channels are added before their first block is written.
 *
 * <pre>
 *  +--------+----------+------------------+
 *  | header | channels | per channel: its |
 *  | 8      | varint   | name, text       |
 *  +--------+----------+------------------+
 * </pre>
 *
 * @param channels their names, none twice, at most {@link #CHANNELS_PER_PAGE}
 */
public record ChannelRegistryPage(List<String> channels) {
  /** How many names a page takes. */
  public static final int CHANNELS_PER_PAGE = 1_000;

  public ChannelRegistryPage {
    channels = List.copyOf(channels);
    if (channels.size() > CHANNELS_PER_PAGE) {
      throw new IllegalArgumentException(
          "too many channels: channels=" + channels.size() + ", max=" + CHANNELS_PER_PAGE);
    }
    if (new HashSet<>(channels).size() != channels.size()) {
      throw new IllegalArgumentException("channel twice on a page: channels=" + channels);
    }
  }

  /** As a document of the index bucket. */
  public byte[] encode() {
    PayloadWriter payload = PayloadWriter.ofDocument(32 * channels.size() + 8);
    payload.varint(channels.size());
    for (String channel : channels) {
      payload.text(channel);
    }
    return payload.seal(DocumentFormat.CHANNEL_REGISTRY);
  }

  /**
   * Reads a document of the index bucket.
   *
   * @throws UnreadableDocumentException if it is none of these
   */
  public static ChannelRegistryPage decode(String key, byte[] document) {
    return PayloadReader.decode(
        key, DocumentFormat.CHANNEL_REGISTRY, document, ChannelRegistryPage::read);
  }

  private static ChannelRegistryPage read(PayloadReader payload) {
    int count = payload.count("channels", 1);
    List<String> channels = new ArrayList<>(Math.min(count, CHANNELS_PER_PAGE));
    for (int i = 0; i < count; i++) {
      channels.add(payload.text());
    }
    return new ChannelRegistryPage(channels);
  }
}
