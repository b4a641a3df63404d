package io.channelindex.server.faults;

import io.channelindex.index.write.WriterProbe;
import io.channelindex.index.write.WriterStep;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Faults for tests of the tests, given as system properties of the server's process. A server that
 * has any says so in its log, loudly.
 *
 * <ul>
 *   <li>{@code channelindex.fault.lose-block=N}: every N-th write of a block is reported as done
 *       and not done;
 *   <li>{@code channelindex.fault.stall=50ms}: every write of a block is done this much later;
 *   <li>{@code channelindex.fault.halt=STEP:N}: the process dies, as by {@code kill -9}, before the
 *       N-th time that a commit comes to the writer's step BLOCKS, CLOCKS, STABLE, WAKE_UPS or END.
 * </ul>
 *
 * @param loseEvery 0 for never
 * @param stall zero for none
 * @param haltBefore the step, null for the end of a commit; matters only with {@code haltAt}
 * @param haltAt the how-manieth time, 0 for never
 */
public record PlantedFaults(
    int loseEvery, Duration stall, @Nullable WriterStep haltBefore, int haltAt) {
  /** No fault: production. */
  public static final PlantedFaults NONE = new PlantedFaults(0, Duration.ZERO, null, 0);

  private static final String PREFIX = "channelindex.fault.";

  /** The exit status of a process that was killed with signal 9. */
  private static final int KILLED = 137;

  /**
   * The faults that properties ask for.
   *
   * @throws IllegalArgumentException if they ask for something else
   */
  public static PlantedFaults of(Properties properties) {
    String lose = properties.getProperty(PREFIX + "lose-block", "0");
    String stall = properties.getProperty(PREFIX + "stall", "0ms");
    String halt = properties.getProperty(PREFIX + "halt", "END:0");
    try {
      int colon = halt.indexOf(':');
      String step = halt.substring(0, colon).toUpperCase(Locale.ROOT);
      return new PlantedFaults(
          Integer.parseInt(lose),
          Duration.ofMillis(Integer.parseInt(stall.replace("ms", ""))),
          "END".equals(step) ? null : WriterStep.valueOf(step),
          Integer.parseInt(halt.substring(colon + 1)));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "not a fault: lose-block=" + lose + ", stall=" + stall + ", halt=" + halt, e);
    }
  }

  /** Whether there is any. */
  public boolean any() {
    return !equals(NONE);
  }

  /** The bucket, with the faults of its writes. */
  public IndexBucket plantIn(IndexBucket bucket, IndexKeys keys) {
    return loseEvery == 0 && stall.isZero()
        ? bucket
        : new FaultyBlocks(bucket, keys, loseEvery, stall);
  }

  /** The fault point at which the process dies. */
  public WriterProbe probe() {
    if (haltAt == 0) {
      return WriterProbe.NONE;
    }
    AtomicInteger times = new AtomicInteger();
    return (partition, step) -> {
      if (step == haltBefore && times.incrementAndGet() == haltAt) {
        Runtime.getRuntime().halt(KILLED);
      }
    };
  }
}
