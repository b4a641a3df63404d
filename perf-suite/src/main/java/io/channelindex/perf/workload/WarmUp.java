package io.channelindex.perf.workload;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/**
 * How many passes go before those that are measured. While the JVM compiles, it takes processors
 * from what is measured, and what is not compiled yet takes more of them: a server that has run for
 * a minute is past that, and so is what is measured then.
 *
 * <p>Confined to one thread; used once.
 */
final class WarmUp {
  /** The share of one processor's time that compiling may still take. */
  static final double SETTLED = 0.15;

  private final int most;
  private final LongSupplier compilingMillis;
  private final LongSupplier nanos;
  private int passes;
  private long compiledBefore;
  private long began;

  private WarmUp(int most, LongSupplier compilingMillis, LongSupplier nanos) {
    this.most = most;
    this.compilingMillis = compilingMillis;
    this.nanos = nanos;
  }

  /** One pass, whatever it finds. */
  static WarmUp onePass() {
    return new WarmUp(1, () -> 0, () -> 0);
  }

  /**
   * Passes until in one of them compiling took less than {@link #SETTLED}; one where the JVM does
   * not tell.
   *
   * @param most so many at most
   * @param nanos the time
   */
  static WarmUp untilCompiled(int most, LongSupplier nanos) {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    return compiler == null || !compiler.isCompilationTimeMonitoringSupported()
        ? onePass()
        : untilCompiled(most, compiler::getTotalCompilationTime, nanos);
  }

  /**
   * The same where somebody else tells.
   *
   * @param compilingMillis how long the compiler's threads have worked until now
   */
  static WarmUp untilCompiled(int most, LongSupplier compilingMillis, LongSupplier nanos) {
    return new WarmUp(most, compilingMillis, nanos);
  }

  /** Whether a pass, or another one, is to warm up; asked before each, and after the last. */
  boolean goesOn() {
    long now = nanos.getAsLong();
    long compiled = compilingMillis.getAsLong();
    boolean settled = passes > 0 && (compiled - compiledBefore) * 1e6 <= SETTLED * (now - began);
    if (passes == most || settled) {
      return false;
    }
    passes++;
    began = now;
    compiledBefore = compiled;
    return true;
  }

  /** How many there were so far. */
  int passes() {
    return passes;
  }
}
