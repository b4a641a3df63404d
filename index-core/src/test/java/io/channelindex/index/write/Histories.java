package io.channelindex.index.write;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * Runs whole histories over a bucket in memory, and says of one that fails how to have it again.
 */
final class Histories {
  private static final int ACTS = 200;
  private static final int HISTORIES = Integer.getInteger("history.count", 100);

  private Histories() {}

  /**
   * Runs one history, which is the same whenever it is run again.
   *
   * @return what there was to see
   */
  static Evidence run(long seed, Set<Trouble> troubles, Defect defect) {
    try {
      WriterHistory history = new WriterHistory(seed, defect);
      history.take();
      for (int i = 0; i < ACTS; i++) {
        history.act(troubles);
      }
      return history.finish();
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError(
          again("WriterHistoriesTest#everythingGoesWrongAtOnce", seed, troubles), failure);
    }
  }

  /**
   * Runs one history for each of many seeds, or only that of which the command line has the seed.
   */
  static Evidence ofSeedsFrom(long base, LongFunction<Evidence> history) {
    Long only = Long.getLong("history.seed");
    if (only != null) {
      return history.apply(only);
    }
    Evidence all = new Evidence();
    for (long seed = base; seed < base + HISTORIES; seed++) {
      all.add(history.apply(seed));
    }
    return all;
  }

  /** What has a history with these troubles run again. */
  static String again(String test, long seed, Set<? extends Enum<?>> troubles) {
    String names = troubles.stream().map(Enum::name).collect(Collectors.joining(","));
    return "history fails, again: -Dtest="
        + test
        + " -Dhistory.seed="
        + seed
        + " -Dhistory.troubles="
        + names;
  }

  /** The troubles that the command line names, or these. */
  static <T extends Enum<T>> Set<T> troubles(Class<T> kind, Set<T> otherwise) {
    String names = System.getProperty("history.troubles");
    if (names == null) {
      return otherwise;
    }
    Set<T> named = EnumSet.noneOf(kind);
    for (String name : names.split(",", -1)) {
      if (!name.isEmpty()) {
        named.add(Enum.valueOf(kind, name));
      }
    }
    return named;
  }
}
