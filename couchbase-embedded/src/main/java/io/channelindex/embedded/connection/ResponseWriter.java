package io.channelindex.embedded.connection;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.FrameHeader;
import io.channelindex.embedded.protocol.ServerDuration;
import io.channelindex.embedded.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes response frames into one buffer, so that a burst of requests is answered with one write to
 * the socket.
 */
// A write or close that fails ends in exceptionCaught and channelInactive, where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class ResponseWriter {
  /** What is pending is handed to the channel when it grows beyond this. */
  private static final int HAND_OVER_BYTES = 256 * 1024;

  private static final int INITIAL_BYTES = 4096;

  /** Id 0, length 2: the server's duration. */
  private static final int DURATION_FRAME_INFO = 0x02;

  private static final int DURATION_FRAMING_LENGTH = 3;

  private final Channel channel;
  private @Nullable ByteBuf pending;
  private boolean tracing;
  private boolean errorContext;
  private boolean diverting;
  private long startNanos;
  private int opcode;
  private int opaque;

  ResponseWriter(Channel channel) {
    this.channel = channel;
  }

  /** From the next response on, frames carry how long the server took. */
  void enableTracing(boolean enabled) {
    tracing = enabled;
  }

  /** The next response answers {@code request}. */
  void begin(Request request) {
    begin(request.opcode(), request.opaque(), tracing ? System.nanoTime() : 0);
  }

  /** The next response answers a request of an earlier time. */
  void begin(int opcode, int opaque, long startNanos) {
    this.opcode = opcode;
    this.opaque = opaque;
    this.startNanos = startNanos;
  }

  /**
   * What {@code answer} writes, which is not sent: for {@link #append}, later. Needs no release.
   */
  ByteBuf aside(Runnable answer) {
    ByteBuf before = pending;
    ByteBuf written = Unpooled.buffer();
    pending = written;
    try {
      answer.run();
    } finally {
      pending = before;
    }
    return written;
  }

  /** Sends what was put {@link #aside}, as the answer to a request that came at {@code start}. */
  void append(ByteBuf answer, long start) {
    if (answer.getByte(0) == FrameHeader.MAGIC_FLEXIBLE_RESPONSE) {
      answer.setShort(FrameHeader.LENGTH + 1, ServerDuration.encode(microsSince(start)));
    }
    buffer(answer.readableBytes()).writeBytes(answer);
  }

  private static long microsSince(long start) {
    return (System.nanoTime() - start) / 1000;
  }

  void status(Status status) {
    header(status, 0, 0, 0, 0);
  }

  /** A response without a body whose status may be one that this node never uses. */
  void status(int code) {
    header(code, Datatype.RAW, 0, 0, 0, 0);
  }

  void value(Status status, int datatype, byte[] value) {
    value(status, datatype, 0, value);
  }

  void value(Status status, int datatype, long cas, byte[] value) {
    header(status, datatype, 0, value.length, cas).writeBytes(value);
  }

  /** From the next response on, errors can be explained in their body. */
  void enableErrorContext(boolean enabled) {
    errorContext = enabled;
  }

  /** A refusal with an explanation for whoever develops the client, if the client can read one. */
  void error(Status status, String context) {
    if (errorContext) {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.putObject("error").put("context", context);
      value(status, Datatype.JSON, body.toString().getBytes(StandardCharsets.UTF_8));
    } else {
      status(status);
    }
  }

  /** A successful response without a body. */
  void success() {
    status(Status.SUCCESS);
  }

  /** A successful response to a mutation, with its vbuuid and seqno if the client wants them. */
  void mutation(long cas, long vbuuid, long seqno, boolean withToken) {
    ByteBuf out = header(Status.SUCCESS, Datatype.RAW, withToken ? 2 * Long.BYTES : 0, 0, cas);
    if (withToken) {
      out.writeLong(vbuuid).writeLong(seqno);
    }
  }

  /**
   * Writes a header; the caller appends exactly the announced extras and value.
   *
   * @return the buffer to append to
   */
  ByteBuf header(Status status, int datatype, int extrasLength, int valueLength, long cas) {
    return header(status, datatype, extrasLength, 0, valueLength, cas);
  }

  /** As above, with a key between extras and value. */
  ByteBuf header(
      Status status, int datatype, int extrasLength, int keyLength, int valueLength, long cas) {
    return header(status.code(), datatype, extrasLength, keyLength, valueLength, cas);
  }

  private ByteBuf header(
      int status, int datatype, int extrasLength, int keyLength, int valueLength, long cas) {
    int framingLength = tracing ? DURATION_FRAMING_LENGTH : 0;
    int bodyLength = framingLength + extrasLength + keyLength + valueLength;
    ByteBuf out = buffer(FrameHeader.LENGTH + bodyLength);
    if (tracing) {
      out.writeByte(FrameHeader.MAGIC_FLEXIBLE_RESPONSE).writeByte(opcode);
      out.writeByte(framingLength).writeByte(keyLength);
    } else {
      out.writeByte(FrameHeader.MAGIC_RESPONSE).writeByte(opcode).writeShort(keyLength);
    }
    out.writeByte(extrasLength).writeByte(datatype).writeShort(status);
    out.writeInt(bodyLength).writeInt(opaque).writeLong(cas);
    if (tracing) {
      out.writeByte(DURATION_FRAME_INFO).writeShort(ServerDuration.encode(microsSince(startNanos)));
    }
    return out;
  }

  /** Writes a request of the server. */
  void serverRequest(int serverOpcode, byte[] extras, byte[] key, byte[] value) {
    int bodyLength = extras.length + key.length + value.length;
    ByteBuf out = buffer(FrameHeader.LENGTH + bodyLength);
    out.writeByte(FrameHeader.MAGIC_SERVER_REQUEST).writeByte(serverOpcode);
    out.writeShort(key.length)
        .writeByte(extras.length)
        .writeByte(value.length == 0 ? 0 : Datatype.JSON)
        .writeShort(0);
    out.writeInt(bodyLength).writeInt(0).writeLong(0);
    out.writeBytes(extras).writeBytes(key).writeBytes(value);
  }

  private ByteBuf buffer(int needed) {
    if (pending != null
        && !diverting
        && pending.isReadable()
        && pending.readableBytes() + needed > HAND_OVER_BYTES) {
      channel.write(take(pending), channel.voidPromise());
    }
    if (pending == null) {
      pending = channel.alloc().ioBuffer(Math.max(INITIAL_BYTES, needed));
    }
    return pending;
  }

  /** Sends what is pending; from then on responses are kept for {@link #diverted}. */
  void divert() {
    flush();
    diverting = true;
  }

  /** Sends responses again; returns those that were kept, to be released, or null. */
  @Nullable ByteBuf diverted() {
    ByteBuf kept = pending;
    pending = null;
    diverting = false;
    return kept;
  }

  /** Sends what is pending. */
  void flush() {
    if (pending != null && !diverting) {
      channel.writeAndFlush(take(pending), channel.voidPromise());
    }
  }

  /** Before it is written: a write may tell the connection to go on, which begins a new buffer. */
  private ByteBuf take(ByteBuf written) {
    pending = null;
    return written;
  }

  /** Drops what is pending: the connection is gone. */
  void release() {
    if (pending != null) {
      pending.release();
      pending = null;
    }
  }
}
