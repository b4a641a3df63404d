package io.channelindex.index.write;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs whole histories in memory, and says of one that fails how to have it again. */
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
      String names = troubles.stream().map(Trouble::name).collect(Collectors.joining(","));
      throw new AssertionError(
          "history fails, again: -Dtest=WriterHistoriesTest#everythingGoesWrongAtOnce"
              + " -Dhistory.seed="
              + seed
              + " -Dhistory.troubles="
              + names,
          failure);
    }
  }

  /** The troubles that the command line names, or these. */
  static Set<Trouble> troubles(Set<Trouble> otherwise) {
    String names = System.getProperty("history.troubles");
    if (names == null) {
      return otherwise;
    }
    Set<Trouble> named = EnumSet.noneOf(Trouble.class);
    for (String name : names.split(",", -1)) {
      if (!name.isEmpty()) {
        named.add(Trouble.valueOf(name));
      }
    }
    return named;
  }
}
