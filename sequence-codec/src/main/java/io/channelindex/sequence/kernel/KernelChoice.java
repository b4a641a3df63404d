package io.channelindex.sequence.kernel;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Which kernels are used: the plain ones, until others proved to be faster.
 *
 * <p>Code that uses the Vector API is hundreds of times slower than plain Java, and allocates,
 * until the optimizing compiler had its turn. Whether it is fast then depends on the machine and on
 * the JVM's options. So the first calls of a process, which may be all, are plain; then a thread in
 * the background runs a trial, and only if the others won it they are used.
 *
 * <p>Thread-safe.
 */
final class KernelChoice {
  /**
   * The system property that {@code scalar} is given to for plain Java where the Vector API is
   * offered.
   */
  static final String PROPERTY = "channelindex.clock-kernels";

  static final int CALLS_BEFORE_TRIAL = 5_000;

  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  static final String VECTOR_KERNELS = "io.channelindex.sequence.kernel.VectorKernels";

  private final @Nullable ClockKernels candidate;
  private final Executor background;
  private final AtomicBoolean tried = new AtomicBoolean();
  // Counted without synchronization: it does not matter if some calls are lost.
  private int calls;
  private volatile ClockKernels active = ScalarKernels.INSTANCE;
  private volatile String reason;
  private volatile boolean settled;

  /**
   * A choice between plain Java and the candidate.
   *
   * @param reason why there is no candidate, or that it was not tried yet
   * @param background runs the trial, once
   */
  KernelChoice(@Nullable ClockKernels candidate, String reason, Executor background) {
    this.candidate = candidate;
    this.reason = reason;
    this.background = background;
    this.settled = candidate == null;
  }

  /** The choice that this JVM's options and class path offer. */
  static KernelChoice ofThisJvm() {
    return of(System.getProperty(PROPERTY, "auto"), VECTOR_MODULE, VECTOR_KERNELS);
  }

  static KernelChoice of(String wanted, String module, String className) {
    if (wanted.equals("scalar")) {
      return none(PROPERTY + "=scalar");
    }
    if (!wanted.equals("auto")) {
      return none(PROPERTY + "=" + wanted + " is neither auto nor scalar");
    }
    if (ModuleLayer.boot().findModule(module).isEmpty()) {
      return none("no --add-modules " + module);
    }
    try {
      return new KernelChoice(
          load(className), "others not tried yet", KernelChoice::runInBackground);
    } catch (ClassNotFoundException e) {
      return none("no " + className + " on the class path");
    } catch (InvocationTargetException e) {
      return none(className + " cannot be used: " + e.getCause());
    } catch (ReflectiveOperationException | LinkageError e) {
      return none(className + " cannot be used: " + e);
    }
  }

  static ClockKernels load(String className) throws ReflectiveOperationException {
    return Class.forName(className)
        .asSubclass(ClockKernels.class)
        .getDeclaredConstructor()
        .newInstance();
  }

  private static KernelChoice none(String reason) {
    return new KernelChoice(null, reason, KernelChoice::runInBackground);
  }

  private static void runInBackground(Runnable trial) {
    Thread thread = new Thread(trial, "clock-kernels-trial");
    thread.setDaemon(true);
    thread.start();
  }

  ClockKernels active() {
    if (candidate != null && calls < CALLS_BEFORE_TRIAL && ++calls == CALLS_BEFORE_TRIAL) {
      startTrial(candidate);
    }
    return active;
  }

  String describe() {
    return active.name() + " (" + reason + ")";
  }

  /** Whether {@link #active} will not change any more. */
  boolean isSettled() {
    return settled;
  }

  private void startTrial(ClockKernels candidate) {
    if (tried.compareAndSet(false, true)) {
      background.execute(() -> tryOut(new KernelTrial(candidate, ScalarKernels.INSTANCE)));
    }
  }

  void tryOut(KernelTrial trial) {
    try {
      boolean won = trial.run();
      reason = trial.summary();
      if (won) {
        active = trial.candidate();
      }
    } catch (RuntimeException | LinkageError e) {
      reason = trial.candidate().name() + " failed its trial: " + e;
    } finally {
      settled = true;
    }
  }
}
