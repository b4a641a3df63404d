package io.channelindex.index.write;

import java.util.Set;

/** Runs whole histories, and says of one that fails how to have it again. */
final class Histories {
  private static final int ACTS = 200;

  private Histories() {}

  /**
   * Runs one history, which is the same whenever it is run again.
   *
   * @return how many entries its owners handed over to clients
   */
  static long run(long seed, Set<Trouble> troubles, Defect defect) {
    try {
      WriterHistory history = new WriterHistory(seed, defect);
      history.take();
      for (int i = 0; i < ACTS; i++) {
        history.act(troubles);
      }
      history.finish();
      return history.clients.handedOver();
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError(
          "history fails: troubles=" + troubles + ", again: -Dhistory.seed=" + seed, failure);
    }
  }
}
