package io.channelindex.embedded.fault;

import java.util.HashMap;
import java.util.Map;

/** A rule at work, with what it has seen so far. Thread-safe: its own lock guards the counts. */
final class ActiveRule {
  /** {@link #draw} of a match that does not fire. */
  static final long NO = 0;

  private final FaultRule rule;
  private final long seed;
  private final Map<Place, Counts> places = new HashMap<>();
  private final Map<Place, Counts> windows = new HashMap<>();

  private static final class Counts {
    long matches;
    long fired;
  }

  ActiveRule(FaultRule rule, long seed) {
    this.rule = rule;
    this.seed = seed;
  }

  FaultRule rule() {
    return rule;
  }

  /**
   * Counts a match, and decides whether the rule fires.
   *
   * @return which match in its place it was, or {@link #NO}
   */
  synchronized long draw(FaultSubject subject) {
    Place place = Place.of(subject);
    long match = ++counts(places, place).matches;
    Occurrence occurrence = rule.occurrence();
    Counts window =
        counts(
            windows,
            switch (occurrence.counting()) {
              case NODE -> Place.NODE;
              case VBUCKET -> place;
              case CONNECTION -> new Place("", subject.connection());
            });
    window.matches++;
    if (window.matches < occurrence.from()
        || window.fired == occurrence.times()
        || Draws.draw(seed, rule.name(), place, match) >= occurrence.probability()) {
      return NO;
    }
    window.fired++;
    return match;
  }

  private static Counts counts(Map<Place, Counts> all, Place place) {
    return all.computeIfAbsent(place, unseen -> new Counts());
  }
}
