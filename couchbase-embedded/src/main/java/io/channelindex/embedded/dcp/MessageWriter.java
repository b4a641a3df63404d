package io.channelindex.embedded.dcp;

import io.channelindex.embedded.dcp.DcpOptions.Option;
import io.channelindex.embedded.engine.Compression;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.SystemEvent;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.FrameHeader;
import io.channelindex.embedded.protocol.Leb128;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.subdoc.XattrSection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages of a connection's streams into large buffers, and counts what the client's
 * flow control counts: every byte of every stream message.
 */
// A write or close that fails ends in exceptionCaught and channelInactive, where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class MessageWriter {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final byte[] NO_BYTES = new byte[0];

  private static final int MUTATION_EXTRAS = 31;
  private static final int DELETION_EXTRAS = 18;
  private static final int DELETION_WITH_TIME_EXTRAS = 21;
  private static final int EXPIRATION_EXTRAS = 20;
  private static final int MARKER_EXTRAS = 20;
  private static final int SYSTEM_EVENT_EXTRAS = 13;

  /** Version 2.2 of the snapshot marker; its extras say only that, the rest is its value. */
  private static final int MARKER_VERSION_2_2 = 0x02;

  private static final int MARKER_2_2_VALUE = 52;

  /** Id 2, length 2: the stream that a message belongs to. */
  private static final int STREAM_ID_FRAME_INFO = 0x22;

  private static final int STREAM_ID_FRAMING = 3;

  /** A document's access frequency, which this node does not keep; what a real one starts with. */
  private static final int FREQUENCY = 2;

  private final Channel channel;
  private MessageInterceptor interceptor = MessageInterceptor.NONE;
  private @Nullable ByteBuf pending;

  /** Size of the client's window in bytes; 0: it asked for none. */
  private long window;

  private long unacknowledged;

  MessageWriter(Channel channel) {
    this.channel = channel;
  }

  void interceptWith(MessageInterceptor value) {
    interceptor = value;
  }

  /** Whether a message is left out, because its stream is to end instead. */
  private boolean isLeftOut(Opcode opcode, DcpStream stream, @Nullable Item item) {
    StreamEndReason reason =
        interceptor.isActive() ? interceptor.before(opcode, stream.vbucket(), item) : null;
    if (reason != null) {
      stream.closeWith(reason);
    }
    return reason != null;
  }

  private void written() {
    if (interceptor.isActive()) {
      interceptor.after();
    }
  }

  /** Counts from now on what the client must acknowledge, up to {@code bytes}; 0: no longer. */
  void setWindow(long bytes) {
    window = bytes;
    if (window == 0) {
      unacknowledged = 0;
    }
  }

  void acknowledge(long bytes) {
    unacknowledged = Math.max(0, unacknowledged - bytes);
  }

  /** Whether the client's window and the socket take another message. */
  boolean hasRoom() {
    return (window == 0 || unacknowledged < window) && channel.isWritable();
  }

  void snapshotMarker(DcpStream stream, long start, long end, int flags) {
    if (isLeftOut(Opcode.DCP_SNAPSHOT_MARKER, stream, null)) {
      return;
    }
    header(Opcode.DCP_SNAPSHOT_MARKER, stream, 0, MARKER_EXTRAS, 0, 0, 0)
        .writeLong(start)
        .writeLong(end)
        .writeInt(flags);
    written();
  }

  /** As above in version 2.2, with the purge seqno; what is for replicas is left at zero. */
  void snapshotMarker(DcpStream stream, long start, long end, int flags, long purgeSeqno) {
    if (isLeftOut(Opcode.DCP_SNAPSHOT_MARKER, stream, null)) {
      return;
    }
    header(Opcode.DCP_SNAPSHOT_MARKER, stream, 0, 1, 0, MARKER_2_2_VALUE, 0)
        .writeByte(MARKER_VERSION_2_2)
        .writeLong(start)
        .writeLong(end)
        .writeInt(flags)
        .writeZero(2 * Long.BYTES)
        .writeLong(purgeSeqno)
        .writeZero(Long.BYTES);
    written();
  }

  void seqnoAdvanced(DcpStream stream, long seqno) {
    if (isLeftOut(Opcode.DCP_SEQNO_ADVANCED, stream, null)) {
      return;
    }
    header(Opcode.DCP_SEQNO_ADVANCED, stream, 0, Long.BYTES, 0, 0, 0).writeLong(seqno);
    written();
  }

  void streamEnd(DcpStream stream, StreamEndReason reason) {
    StreamEndReason other =
        interceptor.isActive()
            ? interceptor.before(Opcode.DCP_STREAM_END, stream.vbucket(), null)
            : null;
    header(Opcode.DCP_STREAM_END, stream, 0, Integer.BYTES, 0, 0, 0)
        .writeInt((other == null ? reason : other).code());
    written();
  }

  void item(DcpStream stream, Item item, DcpOptions options) {
    Opcode opcode = opcode(item, options);
    if (isLeftOut(opcode, stream, item)) {
      return;
    }
    if (item instanceof SystemEvent event) {
      systemEvent(stream, event);
    } else if (item.isDeleted()) {
      tombstone(opcode, stream, item, options);
    } else {
      mutation(stream, item, options);
    }
    written();
  }

  private static Opcode opcode(Item item, DcpOptions options) {
    if (item instanceof SystemEvent) {
      return Opcode.DCP_SYSTEM_EVENT;
    }
    if (!item.isDeleted()) {
      return Opcode.DCP_MUTATION;
    }
    boolean expiration =
        item.kind() == Item.Kind.EXPIRATION
            && options.has(Option.EXPIRATIONS)
            && options.has(Option.DELETE_TIMES);
    return expiration ? Opcode.DCP_EXPIRATION : Opcode.DCP_DELETION;
  }

  private void systemEvent(DcpStream stream, SystemEvent event) {
    byte[] name = event.key();
    byte[] payload = event.value();
    ByteBuf out =
        header(
            Opcode.DCP_SYSTEM_EVENT,
            stream,
            0,
            SYSTEM_EVENT_EXTRAS,
            name.length,
            payload.length,
            0);
    out.writeLong(event.seqno()).writeInt(event.type().code()).writeByte(event.version());
    out.writeBytes(name).writeBytes(payload);
  }

  private void mutation(DcpStream stream, Item item, DcpOptions options) {
    byte[] value = item.value();
    int datatype = item.datatype();
    int bodyOffset = Datatype.isXattr(datatype) ? XattrSection.bodyOffset(value) : 0;
    int from = options.has(Option.XATTRS) ? 0 : bodyOffset;
    int to = options.bodies() == DcpOptions.Bodies.INCLUDED ? value.length : bodyOffset;
    if (options.bodies() != DcpOptions.Bodies.OMITTED_BUT_TOLD) {
      datatype &= (from < bodyOffset ? Datatype.XATTR : 0) | (to > bodyOffset ? Datatype.JSON : 0);
    }
    if (options.has(Option.COMPRESSION) && from < to) {
      byte[] compressed = Compression.deflate(value, from, to - from);
      if (compressed.length < to - from) {
        value = compressed;
        from = 0;
        to = compressed.length;
        datatype |= Datatype.SNAPPY;
      }
    }
    int length = to - from;
    ByteBuf out =
        header(
            Opcode.DCP_MUTATION,
            stream,
            datatype,
            MUTATION_EXTRAS,
            keyLength(item, options),
            length,
            item.cas());
    out.writeLong(item.seqno()).writeLong(item.revision());
    out.writeInt(item.flags()).writeInt(item.expiry());
    out.writeInt(0).writeShort(0).writeByte(FREQUENCY);
    key(out, item, options);
    out.writeBytes(value, from, length);
  }

  private void tombstone(Opcode opcode, DcpStream stream, Item item, DcpOptions options) {
    byte[] section = section(item, options);
    int datatype = section.length > 0 ? item.datatype() : Datatype.RAW;
    int extras = DELETION_EXTRAS;
    if (options.has(Option.DELETE_TIMES)) {
      extras = opcode == Opcode.DCP_EXPIRATION ? EXPIRATION_EXTRAS : DELETION_WITH_TIME_EXTRAS;
    }
    int keyLength = keyLength(item, options);
    ByteBuf out = header(opcode, stream, datatype, extras, keyLength, section.length, item.cas());
    out.writeLong(item.seqno()).writeLong(item.revision());
    if (options.has(Option.DELETE_TIMES)) {
      out.writeInt(item.expiry());
    }
    // What is left are fields that are always zero: metadata length or unused.
    out.writeZero(extras - 2 * Long.BYTES - (options.has(Option.DELETE_TIMES) ? Integer.BYTES : 0));
    key(out, item, options);
    out.writeBytes(section);
  }

  /** The attributes of a tombstone, as far as the client wants them. */
  private static byte[] section(Item tombstone, DcpOptions options) {
    byte[] section = tombstone.value();
    if (section.length == 0 || !options.has(Option.XATTRS)) {
      return NO_BYTES;
    }
    return options.has(Option.DELETED_USER_XATTRS)
        ? section
        : XattrSection.systemAttributes(section);
  }

  private static int keyLength(Item item, DcpOptions options) {
    int prefix = options.has(Option.COLLECTIONS) ? Leb128.length(item.collection()) : 0;
    return prefix + item.key().length;
  }

  private static void key(ByteBuf out, Item item, DcpOptions options) {
    if (options.has(Option.COLLECTIONS)) {
      Leb128.encode(item.collection(), out);
    }
    out.writeBytes(item.key());
  }

  private ByteBuf header(
      Opcode opcode,
      DcpStream stream,
      int datatype,
      int extrasLength,
      int keyLength,
      int valueLength,
      long cas) {
    int framingLength = stream.id() == 0 ? 0 : STREAM_ID_FRAMING;
    int bodyLength = framingLength + extrasLength + keyLength + valueLength;
    if (window > 0) {
      unacknowledged += FrameHeader.LENGTH + bodyLength;
    }
    ByteBuf out = buffer(FrameHeader.LENGTH + bodyLength);
    if (framingLength == 0) {
      out.writeByte(FrameHeader.MAGIC_REQUEST).writeByte(opcode.code()).writeShort(keyLength);
    } else {
      out.writeByte(FrameHeader.MAGIC_FLEXIBLE_REQUEST).writeByte(opcode.code());
      out.writeByte(framingLength).writeByte(keyLength);
    }
    out.writeByte(extrasLength).writeByte(datatype).writeShort(stream.vbucket());
    out.writeInt(bodyLength).writeInt(stream.opaque()).writeLong(cas);
    if (framingLength > 0) {
      out.writeByte(STREAM_ID_FRAME_INFO).writeShort(stream.id());
    }
    return out;
  }

  /** Asks whether the client is alive; not part of the window. */
  void noop(int opaque) {
    buffer(FrameHeader.LENGTH)
        .writeByte(FrameHeader.MAGIC_REQUEST)
        .writeByte(Opcode.DCP_NOOP.code())
        .writeZero(FrameHeader.OPAQUE - FrameHeader.KEY_LENGTH)
        .writeInt(opaque)
        .writeLong(0);
  }

  private ByteBuf buffer(int needed) {
    if (pending != null && pending.writableBytes() < needed) {
      channel.write(pending, channel.voidPromise());
      pending = null;
    }
    if (pending == null) {
      pending = channel.alloc().ioBuffer(Math.max(BUFFER_BYTES, needed));
    }
    return pending;
  }

  /** Forgets what is pending beyond its first {@code bytes}. */
  void cut(int bytes) {
    if (pending != null && pending.readableBytes() > bytes) {
      pending.writerIndex(pending.readerIndex() + bytes);
    }
  }

  void flush() {
    if (pending != null) {
      channel.writeAndFlush(pending, channel.voidPromise());
      pending = null;
    }
  }

  void release() {
    if (pending != null) {
      pending.release();
      pending = null;
    }
  }
}
