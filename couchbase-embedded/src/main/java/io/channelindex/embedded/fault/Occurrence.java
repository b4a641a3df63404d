package io.channelindex.embedded.fault;

/**
 * How often a rule fires among its matches.
 *
 * @param from the first match that counts, from 1
 * @param times how often it fires at most
 * @param counting where {@code from} and {@code times} are counted
 * @param probability with which each match fires, above 0 up to 1
 */
record Occurrence(long from, long times, FaultRule.Counting counting, double probability) {
  static final Occurrence ALWAYS = new Occurrence(1, Long.MAX_VALUE, FaultRule.Counting.NODE, 1);

  Occurrence {
    if (from < 1) {
      throw new IllegalArgumentException("from=" + from + ", minimum=1");
    }
    if (times < 1) {
      throw new IllegalArgumentException("times=" + times + ", minimum=1");
    }
    if (!(probability > 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "probability=" + probability + ", allowed=above 0, up to 1");
    }
  }
}
