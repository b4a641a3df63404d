package io.channelindex.sequence;

import java.lang.invoke.MethodHandles;

/**
 * The arrays inside clocks, without a copy, for the packages below this one: what is kept there is
 * trusted to keep clocks immutable. Nobody else gets an instance.
 */
public final class ClockNumbers {
  private static final ClockNumbers INSTANCE = new ClockNumbers();
  private static final String PACKAGES_BELOW = ClockNumbers.class.getPackageName() + '.';

  private ClockNumbers() {}

  /**
   * The access to clocks for a class of a package below this one.
   *
   * @param caller {@code MethodHandles.lookup()} of that class
   * @throws IllegalCallerException if it is of another package
   */
  public static ClockNumbers forFriend(MethodHandles.Lookup caller) {
    Class<?> friend = caller.lookupClass();
    if (!caller.hasFullPrivilegeAccess() || !friend.getPackageName().startsWith(PACKAGES_BELOW)) {
      throw new IllegalCallerException(
          "no friend of clocks: class=" + friend.getName() + ", allowed=" + PACKAGES_BELOW + '*');
    }
    return INSTANCE;
  }

  /** The seqnos of a clock: not to be written to. */
  public long[] of(SequenceClock clock) {
    return clock.numbers();
  }

  /** A clock of these seqnos: the array must not change any more. */
  public SequenceClock clockOf(long[] seqnos) {
    Vbuckets.requireCount(seqnos.length);
    return SequenceClock.adopt(seqnos);
  }

  /**
   * Makes an accumulator one of so many vbuckets; it keeps its array if it was that already.
   *
   * @return its array, of this length, which the caller fills: it has anything in it
   */
  public long[] reshape(ClockAccumulator accumulator, int vbuckets) {
    return accumulator.reshape(vbuckets);
  }
}
