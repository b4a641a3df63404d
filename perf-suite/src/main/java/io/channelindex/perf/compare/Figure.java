package io.channelindex.perf.compare;

/**
 * A figure as it stands in a results file.
 *
 * @param value the figure
 * @param min the least that was measured; {@code value} if it was measured once
 * @param max the greatest
 * @param unit the symbol of its unit, which may be one that this version does not know
 */
record Figure(double value, double min, double max, String unit) {
  boolean overlaps(Figure other) {
    return min <= other.max && other.min <= max;
  }

  /** Whether it is known to come and go: several measurements differed. */
  boolean isSpread() {
    return min < max;
  }

  Figure within(double low, double high) {
    return new Figure(value, Math.min(value, low), Math.max(value, high), unit);
  }
}
