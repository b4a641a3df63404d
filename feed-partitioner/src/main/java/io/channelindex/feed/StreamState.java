package io.channelindex.feed;

import com.couchbase.client.dcp.highlevel.StreamOffset;
import com.couchbase.client.dcp.highlevel.internal.KeyExtractor;
import com.couchbase.client.dcp.state.FailoverLogEntry;
import com.couchbase.client.dcp.state.PartitionState;
import io.channelindex.feed.ChangeMessage.Keys;
import java.util.List;

/**
 * What the DCP client keeps about a vbucket, so that {@link VbucketStream} has its say: where
 * streams begin, under which failover log they were opened, and that the client does not open them
 * again by itself.
 */
final class StreamState extends PartitionState {
  private static final long NO_END = -1;

  private final VbucketStream stream;

  StreamState(VbucketStream stream) {
    this.stream = stream;
    setEndSeqno(NO_END);
  }

  /** Asked when a stream is opened, and for every retry of it only once. */
  @Override
  public StreamOffset getOffset() {
    return stream.offset(getCollectionsManifestUid());
  }

  /** Called before the first event of a stream that was opened. */
  @Override
  public void setFailoverLog(List<FailoverLogEntry> log) {
    super.setFailoverLog(log);
    stream.opened(log);
  }

  /**
   * Asked when the client has noticed that a stream is gone and is about to open it again.
   *
   * @return always true: that keeps it from doing so
   */
  @Override
  public boolean isAtEnd() {
    stream.restartWanted();
    return true;
  }

  /** What the keys of the events look like, which the client learns when it connects. */
  Keys keys() {
    return getKeyExtractor() == KeyExtractor.COLLECTIONS ? Keys.WITH_COLLECTION : Keys.PLAIN;
  }
}
