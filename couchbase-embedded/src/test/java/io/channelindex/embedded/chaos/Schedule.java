package io.channelindex.embedded.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * What happens to a cluster, and when: the same for the same seed. What it meets there is not, for
 * threads run as they like.
 *
 * @param steps by time
 */
record Schedule(List<Step> steps) {
  /**
   * A disturbance.
   *
   * @param at how long after the beginning
   * @param lasting how long, if it ends by itself
   * @param pick chooses whom it happens to, and how, among those there are then
   */
  record Step(Duration at, Disturbance disturbance, Duration lasting, long pick) {}

  static Schedule of(long seed, Duration duration) {
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    add(steps, Disturbance.Kind.TOPOLOGY, duration, 400, 2_000, random);
    add(steps, Disturbance.Kind.TROUBLE, duration, 100, 900, random);
    steps.sort(Comparator.comparing(Step::at));
    return new Schedule(List.copyOf(steps));
  }

  private static void add(
      List<Step> steps,
      Disturbance.Kind kind,
      Duration duration,
      int minPauseMillis,
      int maxPauseMillis,
      Random random) {
    long at = random.nextInt(minPauseMillis, maxPauseMillis);
    while (at < duration.toMillis()) {
      steps.add(
          new Step(
              Duration.ofMillis(at),
              draw(kind, random),
              Duration.ofMillis(random.nextInt(50, 1_500)),
              random.nextLong(Long.MAX_VALUE)));
      at += random.nextInt(minPauseMillis, maxPauseMillis);
    }
  }

  private static Disturbance draw(Disturbance.Kind kind, Random random) {
    List<Disturbance> candidates =
        Arrays.stream(Disturbance.values()).filter(each -> each.kind() == kind).toList();
    int left = random.nextInt(candidates.stream().mapToInt(Disturbance::weight).sum());
    for (Disturbance candidate : candidates) {
      left -= candidate.weight();
      if (left < 0) {
        return candidate;
      }
    }
    throw new IllegalStateException("kind=" + kind);
  }
}
