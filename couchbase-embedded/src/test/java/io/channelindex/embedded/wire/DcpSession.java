package io.channelindex.embedded.wire;

import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A producer connection to the default collection, with attributes in its values. */
final class DcpSession implements AutoCloseable {
  static final int PRODUCER = 0x01;
  static final int INCLUDE_XATTRS = 0x04;
  static final int INCLUDE_DELETE_TIMES = 0x20;
  static final long FOREVER = -1;

  private final WireClient client;

  private DcpSession(WireClient client) {
    this.client = client;
  }

  /** Opens a producer with noops, without which a real server refuses attributes. */
  static DcpSession open(TestNode node, String name) {
    return open(node, name, PRODUCER | INCLUDE_XATTRS);
  }

  static DcpSession open(TestNode node, String name, int flags) {
    DcpSession session = openWithoutNoop(node, name, flags);
    require(session.client.dcpControl("enable_noop", "true"));
    return session;
  }

  static DcpSession openWithoutNoop(TestNode node, String name, int flags) {
    WireClient client = node.connect();
    client.hello(
        Feature.XATTR, Feature.XERROR, Feature.SELECT_BUCKET, Feature.SNAPPY, Feature.JSON);
    require(client.loginWithScram(WireClient.USERNAME, WireClient.PASSWORD));
    require(client.selectBucket(TestNode.BUCKET));
    require(client.dcpOpen(name, flags));
    return new DcpSession(client);
  }

  WireClient client() {
    return client;
  }

  long vbuuid(int vbucket) {
    Frame log = client.call(Frame.request(Opcode.DCP_FAILOVER_LOG).withVbucket(vbucket));
    require(log);
    return log.valueBuffer().getLong();
  }

  /** Newest seqno of a vbucket, of all collections. */
  long seqno(int vbucket) {
    Frame observed =
        client.call(
            Frame.request(Opcode.OBSERVE_SEQNO)
                .withVbucket(vbucket)
                .withValue(ByteBuffer.allocate(8).putLong(vbuuid(vbucket)).array()));
    require(observed);
    return observed.valueBuffer().getLong(19);
  }

  /** Requests a stream from {@code start}, which is also the snapshot that it resumes. */
  Frame request(int vbucket, long vbuuid, long start, long end) {
    return request(vbucket, vbuuid, start, end, start, start);
  }

  Frame request(
      int vbucket, long vbuuid, long start, long end, long snapshotStart, long snapshotEnd) {
    byte[] extras =
        ByteBuffer.allocate(48)
            .putInt(0)
            .putInt(0)
            .putLong(start)
            .putLong(end)
            .putLong(vbuuid)
            .putLong(snapshotStart)
            .putLong(snapshotEnd)
            .array();
    return client.call(
        Frame.request(Opcode.DCP_STREAM_REQUEST).withVbucket(vbucket).withExtras(extras));
  }

  Frame close(int vbucket) {
    return client.call(Frame.request(Opcode.DCP_CLOSE_STREAM).withVbucket(vbucket));
  }

  /** Tells the server that {@code bytes} of its frames were dealt with; it does not answer. */
  void acknowledge(int bytes) {
    byte[] extras = ByteBuffer.allocate(4).putInt(bytes).array();
    client.send(Frame.request(Opcode.DCP_BUFFER_ACKNOWLEDGEMENT).withExtras(extras));
  }

  /** Everything from {@code start} to now, with the markers and the end of the stream. */
  List<Frame> streamToNow(int vbucket, long start) {
    require(request(vbucket, vbuuid(vbucket), start, seqno(vbucket)));
    List<Frame> frames = new ArrayList<>();
    do {
      frames.add(client.nextServerFrame());
    } while (!frames.get(frames.size() - 1).is(Opcode.DCP_STREAM_END));
    return frames;
  }

  @Override
  public void close() {
    client.close();
  }

  private static void require(Frame response) {
    if (!response.has(Status.SUCCESS)) {
      throw new IllegalStateException("response=" + response);
    }
  }
}
