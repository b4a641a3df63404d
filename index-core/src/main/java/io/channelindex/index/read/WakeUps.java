package io.channelindex.index.read;

import io.channelindex.storage.format.StableDocument;

/**
 * Tells a reader that stable clocks moved (R2, R3). Wake-ups are hints: the reader also looks by
 * itself, rarely, so that a lost one costs latency and never a change.
 */
public interface WakeUps extends AutoCloseable {
  /** Tells nothing: for an index whose writers tell all by themselves. */
  WakeUps NONE =
      new WakeUps() {
        @Override
        public void start(Listener listener) {}

        @Override
        public void close() {}
      };

  /** Begins to tell; once. */
  void start(Listener listener);

  @Override
  void close();

  /** Who is told, on any thread; must not block. */
  interface Listener {
    /** A partition's stable document as it was read from the index bucket just now. */
    void moved(StableDocument document);

    /** Something may have moved: look at all of them. */
    void look();
  }
}
