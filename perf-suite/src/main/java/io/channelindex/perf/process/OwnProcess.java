package io.channelindex.perf.process;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What this process has used so far. */
public final class OwnProcess {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private OwnProcess() {}

  /**
   * The processor time of all its threads in nanoseconds, finer than what {@link ProcessUsage} is
   * told of others; 0 if the operating system does not tell.
   */
  public static long cpuNanos() {
    return Math.max(0, SYSTEM.getProcessCpuTime());
  }
}
