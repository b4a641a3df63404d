package io.channelindex.benchmarks.goals;

import java.util.Locale;

/**
 * A figure and what it is held to.
 *
 * @param what is compared with what
 * @param value the figure
 * @param limit the goal
 * @param side of the limit on which the goal is reached
 * @param unit behind the figures, such as {@code x}
 */
record Goal(String what, double value, double limit, Side side, String unit) {
  /** Where a figure has to be. */
  enum Side {
    AT_LEAST("≥"),
    AT_MOST("≤"),
    /** There is no goal: a figure to look at. */
    ANY("");

    private final String symbol;

    Side(String symbol) {
      this.symbol = symbol;
    }
  }

  static Goal atLeast(double limit, String what, double value) {
    return new Goal(what, value, limit, Side.AT_LEAST, "x");
  }

  static Goal atMost(double limit, String what, double value) {
    return new Goal(what, value, limit, Side.AT_MOST, "x");
  }

  /** The same figure without a goal. */
  Goal shownOnly() {
    return new Goal(what, value, limit, Side.ANY, unit);
  }

  /** The same figure and goal in another unit. */
  Goal in(String otherUnit) {
    return new Goal(what, value, limit, side, otherUnit);
  }

  boolean isReached() {
    return switch (side) {
      case AT_LEAST -> value >= limit;
      case AT_MOST -> value <= limit;
      case ANY -> true;
    };
  }

  /** A row of a table in Markdown. */
  String row() {
    String goal = side == Side.ANY ? "–" : side.symbol + " " + number(limit) + " " + unit;
    String verdict = side == Side.ANY ? "" : isReached() ? "reached" : "**missed**";
    return "| " + what + " | " + number(value) + " " + unit + " | " + goal + " | " + verdict + " |";
  }

  private static String number(double value) {
    if (value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.3f", value);
  }
}
