package io.channelindex.sequence.kernel;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Runs kernels until they are compiled, and finds out whether they are faster than others: all
 * operations on clocks of 1,024 vbuckets, as many of each. One operation that is not compiled well
 * is enough to lose. Their results are compared, too.
 *
 * <p>For one thread.
 */
final class KernelTrial {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int CLOCKS = 4;
  private static final int COUNT = 2 * PackedNumbers.GROUP;
  private static final int ROUNDS_PER_HEAT = 10;
  private static final int HEATS = 5;
  private static final double MUST_BE_BELOW = 0.9;

  private final ClockKernels candidate;
  private final ClockKernels champion;
  private final long[][] clocks = new long[CLOCKS][COUNT];
  private final long[] out = new long[COUNT];
  private final long[] words = new long[COUNT / Long.SIZE];
  private final byte[] bytes = new byte[COUNT * Long.BYTES];
  private final double mustBeBelow;
  private final Duration limit;
  private double ratio = Double.NaN;
  private boolean same;

  KernelTrial(ClockKernels candidate, ClockKernels champion) {
    this(candidate, champion, MUST_BE_BELOW, LIMIT);
  }

  /**
   * A trial.
   *
   * @param mustBeBelow the part of the champion's time that the candidate may take
   * @param limit after which it has lost
   */
  KernelTrial(ClockKernels candidate, ClockKernels champion, double mustBeBelow, Duration limit) {
    this.candidate = candidate;
    this.champion = champion;
    this.mustBeBelow = mustBeBelow;
    this.limit = limit;
    SplittableRandom random = new SplittableRandom(1);
    for (int clock = 0; clock < CLOCKS; clock++) {
      int bits = 8 + 11 * clock;
      Arrays.setAll(clocks[clock], i -> random.nextLong() >>> (Long.SIZE - bits));
    }
  }

  ClockKernels candidate() {
    return candidate;
  }

  /** Whether the candidate won before the time was over. */
  boolean run() {
    long start = System.nanoTime();
    do {
      ratio = (double) best(candidate) / best(champion);
    } while (ratio >= mustBeBelow && System.nanoTime() - start < limit.toNanos());
    same = digest(candidate) == digest(champion);
    return same && ratio < mustBeBelow;
  }

  /** The outcome, for reports. */
  String summary() {
    return String.format(
        Locale.ROOT,
        "%s took %.2f of the time of %s%s",
        candidate.name(),
        ratio,
        champion.name(),
        same ? "" : " and gave other results");
  }

  private long best(ClockKernels kernels) {
    long best = Long.MAX_VALUE;
    for (int heat = 0; heat < HEATS; heat++) {
      long start = System.nanoTime();
      for (int round = 0; round < ROUNDS_PER_HEAT; round++) {
        round(kernels, round);
      }
      best = Math.min(best, System.nanoTime() - start);
    }
    return best;
  }

  private long digest(ClockKernels kernels) {
    long digest = 0;
    for (int round = 0; round < CLOCKS; round++) {
      digest = 31 * digest + round(kernels, round);
      digest = 31 * digest + Arrays.hashCode(out);
      digest = 31 * digest + Arrays.hashCode(words);
      digest = 31 * digest + Arrays.hashCode(bytes);
    }
    return digest;
  }

  private long round(ClockKernels kernels, int round) {
    long[] a = clocks[round % CLOCKS];
    long[] b = clocks[(round + 1) % CLOCKS];
    kernels.max(a, b, out, COUNT);
    int order = kernels.order(out, a, COUNT);
    kernels.after(a, b, COUNT, words);
    kernels.ahead(a, b, out, COUNT);
    kernels.range(out, COUNT, bytes, 0);
    long base = ClockKernels.word(bytes, 0);
    long above = ClockKernels.word(bytes, Long.BYTES) - base;
    int width = Long.SIZE - Long.numberOfLeadingZeros(above);
    kernels.pack(out, COUNT, base, width, bytes, 0);
    kernels.unpack(bytes, 0, base, width, out, COUNT);
    return above + order;
  }
}
