package io.channelindex.benchmarks.survey;

import java.time.Duration;

/**
 * How long a benchmark is measured.
 *
 * @param forks JVMs that are started, one after the other
 * @param warmUps iterations of each that do not count
 * @param measurements iterations of each that count
 * @param iteration how long one takes
 */
public record Effort(int forks, int warmUps, int measurements, Duration iteration) {
  public Effort {
    if (forks < 1 || warmUps < 0 || measurements < 1) {
      throw new IllegalArgumentException(
          "nothing would be measured: forks="
              + forks
              + ", warmUps="
              + warmUps
              + ", measurements="
              + measurements);
    }
    if (iteration.toMillis() < 1) {
      throw new IllegalArgumentException("iteration too short: iteration=" + iteration);
    }
  }
}
