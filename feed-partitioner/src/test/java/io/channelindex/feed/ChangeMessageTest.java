package io.channelindex.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.core.deps.io.netty.buffer.ByteBufUtil;
import com.couchbase.client.core.deps.io.netty.buffer.Unpooled;
import com.couchbase.client.dcp.highlevel.internal.KeyExtractor;
import com.couchbase.client.dcp.message.DataType;
import com.couchbase.client.dcp.message.DcpMutationMessage;
import com.couchbase.client.dcp.message.MessageUtil;
import io.channelindex.feed.ChangeMessage.Keys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mutations, deletions and expirations, against what the DCP client's own accessors say. */
class ChangeMessageTest {
  private static final byte[] ONE_ATTRIBUTE = {0, 0, 0, 10, 0, 0, 0, 6, 'a', 'b', 0, '7', '7', 0};

  private static final int DATATYPE = DataType.XATTR.bitmask();

  /** A message's extras, beyond the seqno and the revision. */
  private static int furtherExtras(Change.Kind kind) {
    return switch (kind) {
      case MUTATION -> 15;
      case DELETION -> 5;
      case EXPIRATION -> 4;
    };
  }

  private static byte opcode(Change.Kind kind) {
    return switch (kind) {
      case MUTATION -> MessageUtil.DCP_MUTATION_OPCODE;
      case DELETION -> MessageUtil.DCP_DELETION_OPCODE;
      case EXPIRATION -> MessageUtil.DCP_EXPIRATION_OPCODE;
    };
  }

  private static ByteBuf event(Change.Kind kind, long number, String key, byte[] value, int type) {
    ByteBuf extras = Unpooled.buffer().writeLong(number).writeLong(~number);
    for (int i = 0; i < furtherExtras(kind); i++) {
      extras.writeByte((int) (number >>> i));
    }
    ByteBuf event = Unpooled.buffer();
    MessageUtil.initRequest(opcode(kind), event);
    MessageUtil.setExtras(extras, event);
    MessageUtil.setKey(key, event);
    MessageUtil.setContent(value, event);
    MessageUtil.setDataType((byte) type, event);
    MessageUtil.setVbucket((int) (number & 1023), event);
    event.setLong(MessageUtil.CAS_OFFSET, number * 31);
    return event;
  }

  /** An id of so many bytes, each a digit of seven bits; none has its highest bit at the end. */
  private static String collection(int bytes) {
    return "\u0001".repeat(bytes);
  }

  @Property
  void readsWhatTheClientReads(
      @ForAll Change.Kind kind,
      @ForAll long number,
      @ForAll @NotEmpty @StringLength(max = 40) @CharRange(from = '\0', to = '\uD7FF') String key,
      @ForAll Keys keys) {
    String prefix = keys == Keys.WITH_COLLECTION ? collection(1) : "";
    ByteBuf event = event(kind, number, prefix + key, ONE_ATTRIBUTE, DATATYPE);
    Runnable acknowledge = () -> {};

    ChangeMessage message = ChangeMessage.of(event);
    assertThat(message.seqno()).isEqualTo(number).isEqualTo(DcpMutationMessage.bySeqno(event));
    Change change = message.change(keys, acknowledge);

    KeyExtractor extractor =
        keys == Keys.WITH_COLLECTION ? KeyExtractor.COLLECTIONS : KeyExtractor.NO_COLLECTIONS;
    assertThat(change.kind()).isEqualTo(kind);
    assertThat(change.key()).isEqualTo(key);
    assertThat(change.key()).isEqualTo(extractor.getCollectionIdAndKey(event).key());
    assertThat(change.vbucket()).isEqualTo(MessageUtil.getVbucket(event));
    assertThat(change.seqno()).isEqualTo(number);
    assertThat(change.cas()).isEqualTo(MessageUtil.getCas(event));
    assertThat(change.revisionSeqno()).isEqualTo(DcpMutationMessage.revisionSeqno(event));
    assertThat(change.expiry())
        .isEqualTo(
            kind == Change.Kind.MUTATION
                ? Integer.toUnsignedLong(DcpMutationMessage.expiry(event))
                : 0);
    assertThat(change.attributes()).containsOnlyKeys("ab");
    assertThat(change.attributes().get("ab")).containsExactly('7', '7');
    assertThat(change.acknowledge()).isSameAs(acknowledge);
    event.release();
  }

  /** LEB128: all bytes but the last have their highest bit set. */
  @Property
  void collectionIdsMayBeLong(@ForAll @IntRange(min = 1, max = 5) int bytes) {
    ByteBuf event =
        event(Change.Kind.MUTATION, 1, collection(bytes) + "key", ONE_ATTRIBUTE, DATATYPE);
    int keyStart = MessageUtil.HEADER_SIZE + 31;
    for (int i = 0; i < bytes - 1; i++) {
      event.setByte(keyStart + i, 0x81);
    }
    Change change = ChangeMessage.of(event).change(Keys.WITH_COLLECTION, () -> {});
    assertThat(change.key()).isEqualTo("key");
    assertThat(KeyExtractor.COLLECTIONS.getCollectionIdAndKey(event).key()).isEqualTo("key");
  }

  @Test
  void compressedAttributesAreUncompressed() {
    // Snappy's format: the length, then one literal of so many bytes.
    ByteBuf compressed =
        Unpooled.buffer()
            .writeByte(ONE_ATTRIBUTE.length)
            .writeByte((ONE_ATTRIBUTE.length - 1) << 2)
            .writeBytes(ONE_ATTRIBUTE);
    byte[] value = ByteBufUtil.getBytes(compressed);
    int both = DataType.XATTR.bitmask() | DataType.SNAPPY.bitmask();
    Change change =
        ChangeMessage.of(event(Change.Kind.MUTATION, 1, "key", value, both))
            .change(Keys.PLAIN, () -> {});
    assertThat(change.attributes()).containsOnlyKeys("ab");
  }

  @Test
  void withoutTheirDatatypeThereAreNoAttributes() {
    Change change =
        ChangeMessage.of(event(Change.Kind.MUTATION, 1, "key", ONE_ATTRIBUTE, 1))
            .change(Keys.PLAIN, () -> {});
    assertThat(change.attributes()).isEqualTo(Map.of());
  }

  @Test
  void whatIsNoChangeIsNone() {
    ByteBuf event = event(Change.Kind.MUTATION, 1, "key", ONE_ATTRIBUTE, DATATYPE);
    event.setByte(1, MessageUtil.DCP_SYSTEM_EVENT_OPCODE);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChangeMessage.of(event).change(Keys.PLAIN, () -> {}))
        .withMessageContaining("opcode=95");
  }

  /** However much of it is missing: an error, and never another document's key or attributes. */
  @ParameterizedTest
  @EnumSource
  void aCutMessageIsRefused(Keys keys) {
    ByteBuf event = event(Change.Kind.MUTATION, 1, "\u0001key", ONE_ATTRIBUTE, DATATYPE);
    byte[] whole = new byte[event.readableBytes()];
    event.getBytes(0, whole);
    for (int length = 0; length < whole.length; length++) {
      ByteBuf cut = Unpooled.wrappedBuffer(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> ChangeMessage.of(cut).change(keys, () -> {}))
          .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class);
    }
  }

  @Test
  void anIdOfACollectionThatDoesNotEndIsRefused() {
    ByteBuf event = event(Change.Kind.MUTATION, 1, "key", new byte[0], 0);
    int keyStart = MessageUtil.HEADER_SIZE + 31;
    event.setBytes(keyStart, "\u00ff\u00ff\u00ff".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ChangeMessage.of(event).change(Keys.WITH_COLLECTION, () -> {}))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
