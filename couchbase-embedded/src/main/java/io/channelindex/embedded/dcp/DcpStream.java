package io.channelindex.embedded.dcp;

import io.channelindex.embedded.engine.FailoverLog;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.MutationListener;
import io.channelindex.embedded.engine.Snapshot;
import io.channelindex.embedded.engine.VBucket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One vbucket's history on its way to a client, snapshot by snapshot.
 *
 * <p>Lives on its producer's event loop, except for the two {@link MutationListener} methods, which
 * writers call. Assumes that its producer calls {@link #send} again after every call of {@link
 * Readiness#ready}. Guarantees that no mutation is missed: the flag that suppresses signals is
 * cleared before the vbucket is looked at.
 */
final class DcpStream implements MutationListener {
  /** Where a stream says that it has something to send. Thread-safe. */
  interface Readiness {
    void ready(DcpStream stream);
  }

  /** What {@link #send} left behind. */
  enum Progress {
    /** There is more to send at once. */
    MORE,
    /** There is more, but the client or the socket takes no more now. */
    BLOCKED,
    /** Nothing until the next mutation. */
    IDLE,
    /** The stream-end message was sent. */
    ENDED
  }

  private static final int MARKER_MEMORY = 0x01;
  private static final int MARKER_DISK = 0x02;
  private static final int MARKER_CHECKPOINT = 0x04;

  /** What a stream holds for a client that does not read, and how long its turn is. */
  private static final int BATCH_ITEMS = 128;

  private static final int BATCH_BYTES = 64 * 1024;

  private final VBucket vbucket;
  private final int id;
  private final int opaque;
  private final StreamFilter filter;
  private final long snapshotStart;
  private final long endSeqno;
  private final Readiness readiness;
  private final AtomicBoolean signalled = new AtomicBoolean();
  private volatile @Nullable StreamEndReason closeReason;

  private final List<Item> batch = new ArrayList<>();
  private int nextInBatch;
  private @Nullable Snapshot snapshot;
  private boolean markerSent;
  private boolean fromDisk;
  private boolean firstMarker = true;
  private boolean firstMemoryMarker = true;

  /** Everything up to here was sent, or is filtered out. */
  private long position;

  private long lastSent;
  private boolean open = true;

  /**
   * A stream that is not heard yet.
   *
   * @param id tells the streams of one vbucket apart; 0 if there is one only
   */
  DcpStream(
      VBucket vbucket,
      int id,
      int opaque,
      StreamFilter filter,
      FailoverLog.Position from,
      long endSeqno,
      Source source,
      Readiness readiness) {
    this.vbucket = vbucket;
    this.id = id;
    this.opaque = opaque;
    this.filter = filter;
    this.snapshotStart = from.snapshotStart();
    this.position = from.seqno();
    this.lastSent = from.seqno();
    this.endSeqno = endSeqno;
    this.fromDisk = source == Source.DISK;
    this.readiness = readiness;
  }

  /** Where the first snapshot comes from, as far as the client is told. */
  enum Source {
    DISK,
    MEMORY
  }

  int vbucket() {
    return vbucket.id();
  }

  int opaque() {
    return opaque;
  }

  int id() {
    return id;
  }

  /** Whether there may be more to send. */
  boolean isOpen() {
    return open;
  }

  @Override
  public void onMutation() {
    if (!signalled.get() && signalled.compareAndSet(false, true)) {
      readiness.ready(this);
    }
  }

  @Override
  public void onClosed(CloseReason reason) {
    closeWith(StreamEndReason.of(reason));
  }

  /** Makes the next {@link #send} end the stream. */
  void closeWith(StreamEndReason reason) {
    closeReason = reason;
    readiness.ready(this);
  }

  /** Writes what there is, for one turn. */
  Progress send(MessageWriter out, DcpOptions options) {
    StreamEndReason reason = closeReason;
    if (reason != null) {
      return end(out, reason);
    }
    if (nextInBatch == batch.size()) {
      Progress read = readBatch(out, options);
      if (read != Progress.MORE) {
        return read;
      }
    }
    while (nextInBatch < batch.size()) {
      if (!out.hasRoom()) {
        return Progress.BLOCKED;
      }
      sendNext(out, options);
      if (closeReason != null) {
        // The end was called for between two messages, maybe by the one that was to be sent.
        break;
      }
    }
    return Progress.MORE;
  }

  /** Sends one message: an item, or the marker that must go before it. */
  private void sendNext(MessageWriter out, DcpOptions options) {
    Item item = batch.get(nextInBatch);
    if (!markerSent) {
      sendMarker(out, options, item.seqno());
      return;
    }
    nextInBatch++;
    lastSent = item.seqno();
    out.item(this, item, options);
  }

  /** Fills the batch; MORE if there is something to do at once, maybe nothing to send. */
  private Progress readBatch(MessageWriter out, DcpOptions options) {
    batch.clear();
    nextInBatch = 0;
    if (snapshot == null) {
      return openSnapshot(out);
    }
    if (!snapshot.isExhausted()) {
      snapshot.read(BATCH_ITEMS, BATCH_BYTES, this::collect);
      return Progress.MORE;
    }
    return finishSnapshot(out, options);
  }

  private void collect(Item item) {
    if (filter.shows(item)) {
      batch.add(item);
    }
  }

  private Progress openSnapshot(MessageWriter out) {
    if (position >= endSeqno) {
      return end(out, StreamEndReason.OK);
    }
    signalled.set(false);
    snapshot = vbucket.snapshotAfter(position, filter.view());
    if (snapshot == null) {
      // Other collections may have carried the vbucket beyond the end that was asked for.
      boolean passed = vbucket.highSeqno() >= endSeqno;
      fromDisk = false;
      return passed ? end(out, StreamEndReason.OK) : Progress.IDLE;
    }
    markerSent = false;
    return Progress.MORE;
  }

  private Progress finishSnapshot(MessageWriter out, DcpOptions options) {
    Snapshot finished = snapshot;
    if (finished == null) {
      throw new IllegalStateException("no snapshot: vbucket=" + vbucket.id());
    }
    if (lastSent < finished.end() && filter.announcesAdvance()) {
      if (!out.hasRoom()) {
        return Progress.BLOCKED;
      }
      if (!markerSent) {
        sendMarker(out, options, finished.end());
        if (closeReason != null) {
          return Progress.MORE;
        }
      }
      out.seqnoAdvanced(this, finished.end());
    }
    position = finished.end();
    lastSent = position;
    fromDisk = false;
    closeSnapshot();
    if (filter.isEmpty()) {
      // Remembered, for the message may have to wait.
      closeReason = StreamEndReason.FILTER_EMPTY;
    }
    return Progress.MORE;
  }

  private void sendMarker(MessageWriter out, DcpOptions options, long firstSeqno) {
    Snapshot current = snapshot;
    if (current == null) {
      throw new IllegalStateException("no snapshot: vbucket=" + vbucket.id());
    }
    long start = firstMarker ? Math.min(snapshotStart, firstSeqno) : firstSeqno;
    int flags;
    if (fromDisk) {
      flags = MARKER_DISK | MARKER_CHECKPOINT;
    } else {
      flags = firstMemoryMarker ? MARKER_MEMORY | MARKER_CHECKPOINT : MARKER_MEMORY;
      firstMemoryMarker = false;
    }
    if (fromDisk && options.has(DcpOptions.Option.PURGE_SEQNO_IN_MARKER)) {
      out.snapshotMarker(this, start, current.end(), flags, vbucket.position().purgeSeqno());
    } else {
      out.snapshotMarker(this, start, current.end(), flags);
    }
    firstMarker = false;
    markerSent = true;
  }

  private Progress end(MessageWriter out, StreamEndReason reason) {
    if (!out.hasRoom()) {
      return Progress.BLOCKED;
    }
    out.streamEnd(this, reason);
    release();
    return Progress.ENDED;
  }

  /** Lets go of the vbucket; nothing more is sent. */
  void release() {
    open = false;
    vbucket.unfollow(this);
    batch.clear();
    nextInBatch = 0;
    closeSnapshot();
  }

  private void closeSnapshot() {
    if (snapshot != null) {
      snapshot.close();
      snapshot = null;
    }
  }
}
