package io.channelindex.embedded.engine;

import java.util.function.Consumer;

/**
 * A consistent view of a range of a vbucket's history: every key at most once, at the version it
 * had when the snapshot was opened. One reader at a time; it must be closed, since it keeps old
 * versions alive.
 */
public final class Snapshot implements AutoCloseable {
  private final VBucket vbucket;
  private final History history;
  private final History.Cursor cursor;

  /** A view of {@code history}, which the lock of {@code vbucket} guards. */
  Snapshot(VBucket vbucket, History history, History.Cursor cursor) {
    this.vbucket = vbucket;
    this.history = history;
    this.cursor = cursor;
  }

  /** The last seqno of the snapshot. */
  public long end() {
    return cursor.until();
  }

  /** Hands the next items to {@code consumer}, which must not call the vbucket. */
  public void read(int maxItems, long maxBytes, Consumer<Item> consumer) {
    synchronized (vbucket) {
      history.read(cursor, maxItems, maxBytes, consumer);
    }
  }

  /** Whether everything was read, or what is left is gone with a crash. */
  public boolean isExhausted() {
    return cursor.isExhausted();
  }

  /** Whether a crash took something of it away before it was read. */
  boolean isBroken() {
    synchronized (vbucket) {
      return cursor.isBroken();
    }
  }

  @Override
  public void close() {
    synchronized (vbucket) {
      history.close(cursor);
    }
  }
}
