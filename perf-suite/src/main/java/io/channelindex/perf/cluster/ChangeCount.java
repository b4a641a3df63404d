package io.channelindex.perf.cluster;

import java.util.concurrent.atomic.LongAdder;

/** Counts the changes of a feed and throws them away. */
public final class ChangeCount implements ChangeListener {
  private final LongAdder changes = new LongAdder();

  /** Mutations and deletions so far. */
  public long changes() {
    return changes.sum();
  }

  @Override
  public void mutation(int vbucket, long seqno, byte[] key, byte[] body) {
    changes.increment();
  }

  @Override
  public void deletion(int vbucket, long seqno, byte[] key) {
    changes.increment();
  }

  @Override
  public void advanced(int vbucket, long seqno) {}
}
