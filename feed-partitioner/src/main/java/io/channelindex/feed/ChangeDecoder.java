package io.channelindex.feed;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.dcp.message.DataType;
import com.couchbase.client.dcp.message.DcpDeletionMessage;
import com.couchbase.client.dcp.message.DcpExpirationMessage;
import com.couchbase.client.dcp.message.DcpMutationMessage;
import com.couchbase.client.dcp.message.MessageUtil;
import java.util.Map;

/** Makes a {@link Change} of a message (kv_engine, docs/dcp: mutation, deletion, expiration). */
final class ChangeDecoder {
  private ChangeDecoder() {}

  /**
   * Reads a mutation, deletion or expiration. The datatype says whether the value begins with
   * attributes; there is nothing else in it if bodies were not asked for, and nothing at all for a
   * document without attributes.
   *
   * @throws IllegalArgumentException if its attributes are malformed
   */
  static Change decode(String key, ByteBuf event, Runnable acknowledge) {
    Change.Kind kind = kind(event);
    return new Change(
        kind,
        key,
        MessageUtil.getVbucket(event),
        DcpMutationMessage.bySeqno(event),
        MessageUtil.getCas(event),
        DcpMutationMessage.revisionSeqno(event),
        kind == Change.Kind.MUTATION ? Integer.toUnsignedLong(DcpMutationMessage.expiry(event)) : 0,
        attributes(event),
        acknowledge);
  }

  private static Change.Kind kind(ByteBuf event) {
    if (DcpMutationMessage.is(event)) {
      return Change.Kind.MUTATION;
    } else if (DcpDeletionMessage.is(event)) {
      return Change.Kind.DELETION;
    } else if (DcpExpirationMessage.is(event)) {
      return Change.Kind.EXPIRATION;
    }
    throw new IllegalArgumentException("not a change: opcode=" + MessageUtil.getOpcode(event));
  }

  private static Map<String, byte[]> attributes(ByteBuf event) {
    if (!DataType.contains(MessageUtil.getDataType(event), DataType.XATTR)) {
      return Map.of();
    }
    return AttributeSection.parse(MessageUtil.getContentAsByteArray(event));
  }
}
