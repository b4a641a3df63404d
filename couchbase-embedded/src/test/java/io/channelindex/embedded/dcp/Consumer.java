package io.channelindex.embedded.dcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.FailoverLog;
import io.channelindex.embedded.protocol.FrameHeader;
import io.channelindex.embedded.protocol.Opcode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The other end of a {@link DcpProducer} on a channel without a socket. */
final class Consumer {
  static final Duration IDLE_TIMEOUT = Duration.ofMinutes(6);

  static final int XATTRS_AND_TIMES = DcpOptions.OPEN_XATTRS | DcpOptions.OPEN_DELETE_TIMES;
  static final long FOREVER = -1;

  /**
   * A message; {@code key} without its collection, which is 0 if keys carry none; {@code stream} is
   * 0 if the message belongs to none by id.
   */
  // Looked at and never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Message(
      Opcode opcode,
      int vbucket,
      int stream,
      int opaque,
      int datatype,
      int collection,
      String key,
      byte[] extras,
      byte[] value,
      int length) {
    long extrasLong(int offset) {
      return ByteBuffer.wrap(extras).getLong(offset);
    }

    int extrasInt(int offset) {
      return ByteBuffer.wrap(extras).getInt(offset);
    }

    long seqno() {
      return extrasLong(0);
    }

    private String shortMarker() {
      return "marker " + extrasLong(0) + "-" + extrasLong(8) + " flags " + extrasInt(16);
    }

    private String longMarker() {
      ByteBuffer in = ByteBuffer.wrap(value);
      return "marker version "
          + extras[0]
          + " "
          + in.getLong()
          + "-"
          + in.getLong()
          + " flags "
          + in.getInt()
          + " visible "
          + in.getLong()
          + " completed "
          + in.getLong()
          + " purged "
          + in.getLong()
          + " prepared "
          + in.getLong();
    }

    /** A message in a word: what happened to which key, or where a snapshot goes from and to. */
    @Override
    public String toString() {
      return switch (opcode) {
        case DCP_SNAPSHOT_MARKER -> extras.length == 1 ? longMarker() : shortMarker();
        case DCP_MUTATION -> "mutation " + seqno() + " " + key;
        case DCP_DELETION -> "deletion " + seqno() + " " + key;
        case DCP_EXPIRATION -> "expiration " + seqno() + " " + key;
        case DCP_SYSTEM_EVENT -> "event " + seqno() + " type " + extrasInt(8) + " " + key;
        case DCP_SEQNO_ADVANCED -> "advanced " + seqno();
        case DCP_STREAM_END -> "end " + extrasInt(0);
        case DCP_NOOP -> "noop";
        default -> opcode.name();
      };
    }
  }

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Keys keys;
  final DcpProducer producer;

  /** Whether keys carry their collection. */
  enum Keys {
    PLAIN,
    WITH_COLLECTION
  }

  Consumer(Bucket bucket, int openFlags, Keys keys) {
    this.keys = keys;
    this.producer =
        new DcpProducer(
            channel,
            bucket,
            "test",
            DcpOptions.opened(openFlags | DcpOptions.OPEN_PRODUCER, keys == Keys.WITH_COLLECTION),
            true,
            IDLE_TIMEOUT);
    // A node streams attributes and collections only to whom it can ask for signs of life.
    producer.control("enable_noop", "true");
  }

  Consumer(Bucket bucket) {
    this(bucket, XATTRS_AND_TIMES, Keys.WITH_COLLECTION);
  }

  EmbeddedChannel channel() {
    return channel;
  }

  /** Opens a stream from the beginning. */
  DcpProducer.Answer stream(int vbucket, String filter) {
    return stream(vbucket, 0, FOREVER, at(0, 0), filter);
  }

  DcpProducer.Answer stream(
      int vbucket, int flags, long end, FailoverLog.Position from, String filter) {
    return producer.requestStream(
        new StreamRequest(vbucket, 100 + vbucket, flags, end, from, filter));
  }

  /** A consumer that has seen everything up to {@code seqno}. */
  static FailoverLog.Position at(long vbuuid, long seqno) {
    return new FailoverLog.Position(vbuuid, seqno, seqno, seqno);
  }

  /** Everything that the producer sends now. */
  List<Message> drain() {
    channel.runPendingTasks();
    producer.pump();
    return received();
  }

  List<String> drainText() {
    return drain().stream().map(Message::toString).toList();
  }

  /** What was sent without being asked to. */
  List<Message> received() {
    List<Message> messages = new ArrayList<>();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      while (out.isReadable()) {
        messages.add(read(out, keys));
      }
      out.release();
    }
    return messages;
  }

  /** Reads one message. */
  static Message read(ByteBuf in, Keys keys) {
    int start = in.readerIndex();
    boolean flexible = in.readByte() == FrameHeader.MAGIC_FLEXIBLE_REQUEST;
    Opcode opcode = Opcode.of(in.readByte());
    int framingLength = flexible ? in.readUnsignedByte() : 0;
    int keyLength = flexible ? in.readUnsignedByte() : in.readUnsignedShort();
    int extrasLength = in.readUnsignedByte();
    int datatype = in.readUnsignedByte();
    int vbucket = in.readUnsignedShort();
    int bodyLength = in.readInt();
    int opaque = in.readInt();
    in.skipBytes(Long.BYTES);
    int stream = 0;
    if (flexible && in.readByte() == 0x22) {
      stream = in.readUnsignedShort();
    }
    byte[] extras = new byte[extrasLength];
    in.readBytes(extras);
    ByteBuf key = in.readSlice(keyLength);
    boolean ofDocument =
        opcode == Opcode.DCP_MUTATION
            || opcode == Opcode.DCP_DELETION
            || opcode == Opcode.DCP_EXPIRATION;
    int collection = 0;
    if (keys == Keys.WITH_COLLECTION && ofDocument) {
      int shift = 0;
      int read;
      do {
        read = key.readUnsignedByte();
        collection |= (read & 0x7f) << shift;
        shift += 7;
      } while (read > 0x7f);
    }
    byte[] value = new byte[bodyLength - framingLength - extrasLength - keyLength];
    in.readBytes(value);
    int length = in.readerIndex() - start;
    if (length != FrameHeader.LENGTH + bodyLength) {
      throw new AssertionError("length=" + length + ", bodyLength=" + bodyLength);
    }
    return new Message(
        opcode,
        vbucket,
        stream,
        opaque,
        datatype,
        collection,
        key.toString(UTF_8),
        extras,
        value,
        length);
  }

  void close() {
    producer.close();
    channel.finishAndReleaseAll();
  }
}
