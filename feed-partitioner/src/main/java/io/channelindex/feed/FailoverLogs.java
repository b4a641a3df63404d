package io.channelindex.feed;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.dcp.message.DcpFailoverLogResponse;
import com.couchbase.client.dcp.message.MessageUtil;
import com.couchbase.client.dcp.state.FailoverLogEntry;
import io.channelindex.sequence.FailoverEntry;
import java.util.ArrayList;
import java.util.List;

/** Failover logs as the DCP client hands them over, checked. */
final class FailoverLogs {
  private static final int ENTRY_BYTES = 16;

  /** The client appends the vbucket to the content that the data service sent. */
  private static final int TRAILER_BYTES = 2;

  /** Seqnos are stored in 48 bits (couchstore). */
  private static final long MAX_SEQNO = (1L << 48) - 1;

  private FailoverLogs() {}

  /**
   * Reads the answer to a failover log request. The client passes on the body of a refusal (as
   * {@code NOT_MY_VBUCKET} with a cluster map) as if it were a log: such a body fails here.
   *
   * @throws IllegalArgumentException if this is no failover log
   */
  static List<FailoverEntry> parse(ByteBuf response) {
    int bytes = MessageUtil.getContent(response).readableBytes() - TRAILER_BYTES;
    if (bytes % ENTRY_BYTES != 0) {
      throw new IllegalArgumentException("not a failover log: bytes=" + bytes);
    }
    return check(DcpFailoverLogResponse.entries(response));
  }

  /**
   * Converts entries, newest first.
   *
   * @throws IllegalArgumentException if there is none, or seqnos are not in order or not possible
   */
  static List<FailoverEntry> check(List<FailoverLogEntry> entries) {
    List<FailoverEntry> log = new ArrayList<>(entries.size());
    long limit = MAX_SEQNO;
    for (FailoverLogEntry entry : entries) {
      if (Long.compareUnsigned(entry.getSeqno(), limit) > 0) {
        throw new IllegalArgumentException(
            "not a failover log: seqno="
                + Long.toUnsignedString(entry.getSeqno())
                + ", max="
                + limit);
      }
      limit = entry.getSeqno();
      log.add(new FailoverEntry(entry.getUuid(), entry.getSeqno()));
    }
    if (log.isEmpty()) {
      throw new IllegalArgumentException("failover log is empty");
    }
    return List.copyOf(log);
  }
}
