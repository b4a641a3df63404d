package io.channelindex.perf.compare;

import io.channelindex.perf.measure.Unit;
import io.channelindex.perf.measure.Unit.Better;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A figure before and after.
 *
 * @param name the figure's
 * @param before what it was
 * @param after what it is
 * @param noise how far, of 1, it differs where nothing differs; empty if neither run knows
 */
record Change(String name, Figure before, Figure after, OptionalDouble noise) {
  /** Shares of something that is the more the better. */
  private static final Set<String> HIGHER_SHARES =
      Set.of(
          "of_drain",
          "of-drain",
          "of-client-ceiling",
          "cache_hit_rate",
          "http-cached-hit-rate",
          "wide-cached-hit-rate");

  /** What a change is. */
  enum Verdict {
    /** Worse by more than the threshold, and that is no noise. */
    LOSS,
    /** Better by more than the threshold, and that is no noise. */
    GAIN,
    /** More than the threshold, and no more than what comes and goes by itself. */
    NOISE,
    /** Within the threshold. */
    SAME
  }

  /** Which of the two would be the better one. */
  Better better() {
    return HIGHER_SHARES.contains(name)
        ? Better.HIGHER
        : Unit.of(after.unit()).map(Unit::better).orElse(Better.NEITHER);
  }

  /** After in terms of before; infinite if there was nothing before and is something now. */
  double ratio() {
    return after.value() == before.value() ? 1 : after.value() / before.value();
  }

  /**
   * Whether anything is known of how far it comes and goes by itself. If not, a change beyond the
   * threshold counts, although it may be noise.
   */
  boolean hasNoiseEstimate() {
    return noise.isPresent() || before.isSpread() || after.isSpread();
  }

  /**
   * What to think of it.
   *
   * @param threshold from which share of what was before a change counts, such as 0.1
   */
  Verdict verdict(double threshold) {
    double change = Math.abs(ratio() - 1);
    if (change <= threshold || better() == Better.NEITHER) {
      return Verdict.SAME;
    }
    if (before.overlaps(after) || change <= noise.orElse(0)) {
      return Verdict.NOISE;
    }
    return (ratio() > 1) == (better() == Better.HIGHER) ? Verdict.GAIN : Verdict.LOSS;
  }
}
