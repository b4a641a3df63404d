package io.channelindex.perf.load;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The documents of a plan, each of exactly the same size and with the channel of its version in it.
 * Immutable.
 */
public final class ChannelDocuments {
  private final Namespace namespace;
  private final ChannelPlan plan;
  private final long seed;
  private final int bytes;

  /**
   * @param namespace the names of channels and documents
   * @param bytes the size of every document; enough for a channel's name and {@value
   *     DocumentSource#LEAST_BYTES} more
   */
  public ChannelDocuments(Namespace namespace, ChannelPlan plan, long seed, int bytes) {
    this.namespace = namespace;
    this.plan = plan;
    this.seed = seed;
    this.bytes = bytes;
  }

  /** The body of a version of a document; a new array. */
  public byte[] body(int document, int version) {
    return inChannel(namespace.channel(plan.channel(document, version)), document, version);
  }

  /** The same in a channel that is none of the plan's. */
  public byte[] inChannel(String channel, int document, int version) {
    return inChannels(List.of(channel), document, version);
  }

  /** The same in several channels; longer where their names leave no room for anything else. */
  public byte[] inChannels(List<String> channels, int document, int version) {
    String names = String.join("\",\"", channels);
    byte[] head = ("{\"channels\":[\"" + names + "\"],").getBytes(StandardCharsets.UTF_8);
    int rest = Math.max(DocumentSource.LEAST_BYTES, bytes - head.length + 1);
    byte[] body = new byte[head.length + rest - 1];
    System.arraycopy(head, 0, body, 0, head.length);
    byte[] members = new DocumentSource(seed, rest).body(document, version);
    System.arraycopy(members, 1, body, head.length, rest - 1);
    return body;
  }
}
