package io.channelindex.embedded.fault;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A wall clock that can be paused, resumed and moved in both directions. Thread-safe.
 *
 * <p>A node that is given one takes expiry times, tombstone times and the clock part of CAS values
 * from it. Moving it back is what happens when a machine's clock is corrected: documents live
 * longer, and CAS values go on increasing, by one with each mutation, until the clock has caught
 * up. Timeouts, delays and durations of requests follow the machine's monotonic clock and are never
 * affected.
 */
public final class PausableClock implements InstantSource {
  private final InstantSource source;

  /** What {@link #instant} computes from; replaced as a whole. */
  private volatile Setting setting;

  /**
   * How the clock differs from its source.
   *
   * @param paused whether it stands still
   * @param offset what is added to the source while it runs
   * @param stand what it shows while it stands still
   */
  private record Setting(boolean paused, Duration offset, Instant stand) {}

  private PausableClock(InstantSource source, Setting setting) {
    this.source = source;
    this.setting = setting;
  }

  /** A clock that runs with the machine's. */
  public static PausableClock running() {
    return running(InstantSource.system());
  }

  /** A clock that runs with {@code source}. */
  public static PausableClock running(InstantSource source) {
    return new PausableClock(source, new Setting(false, Duration.ZERO, Instant.EPOCH));
  }

  /** A clock that stands still at the machine's present time. */
  public static PausableClock paused() {
    return pausedAt(Instant.now());
  }

  /** A clock that stands still at {@code instant}. */
  public static PausableClock pausedAt(Instant instant) {
    InstantSource source = InstantSource.system();
    return new PausableClock(source, new Setting(true, Duration.ZERO, instant));
  }

  @Override
  public Instant instant() {
    return read(setting);
  }

  private Instant read(Setting current) {
    // Adding zero gives the same object: a clock that nobody moved costs nothing extra.
    return current.paused ? current.stand : source.instant().plus(current.offset);
  }

  /** Whether the clock stands still. */
  public boolean isPaused() {
    return setting.paused;
  }

  /** Makes the clock stand still where it is; does nothing if it does. */
  public synchronized void pause() {
    Setting current = setting;
    if (!current.paused) {
      setting = new Setting(true, Duration.ZERO, read(current));
    }
  }

  /** Lets the clock run on from where it stands; does nothing if it runs. */
  public synchronized void resume() {
    Setting current = setting;
    if (current.paused) {
      Duration offset = Duration.between(source.instant(), current.stand);
      setting = new Setting(false, offset, Instant.EPOCH);
    }
  }

  /** Moves the clock, paused or not: forwards by a positive duration, backwards by a negative. */
  public synchronized void advance(Duration by) {
    Setting current = setting;
    setting =
        current.paused
            ? new Setting(true, Duration.ZERO, current.stand.plus(by))
            : new Setting(false, current.offset.plus(by), Instant.EPOCH);
  }

  /** Moves the clock to {@code instant}, paused or not, in whichever direction that is. */
  public synchronized void set(Instant instant) {
    setting =
        setting.paused
            ? new Setting(true, Duration.ZERO, instant)
            : new Setting(false, Duration.between(source.instant(), instant), Instant.EPOCH);
  }

  @Override
  public String toString() {
    Setting current = setting;
    return "PausableClock[" + read(current) + (current.paused ? ", paused]" : ", running]");
  }
}
