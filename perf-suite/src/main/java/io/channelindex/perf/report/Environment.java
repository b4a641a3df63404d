package io.channelindex.perf.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The machine and the software that figures were measured on: without it they mean nothing.
 *
 * @param facts strings and numbers by name
 */
public record Environment(Map<String, Object> facts) {
  private static final int MIB = 1 << 20;
  private static final long GIT_SECONDS = 5;

  public Environment {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /**
   * Looks at this machine.
   *
   * @param now the time of the run
   */
  public static Environment capture(Instant now) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("date", now.truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("architecture", System.getProperty("os.arch"));
    facts.put("cores", Runtime.getRuntime().availableProcessors());
    facts.put("memory-mib", physicalMemoryMib());
    facts.put("load-average", loadAverage());
    facts.put("suite-heap-mib", Runtime.getRuntime().maxMemory() / MIB);
    gitRevision().ifPresent(revision -> facts.put("revision", revision));
    return new Environment(facts);
  }

  /** The same environment with one more fact. */
  public Environment with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(facts);
    more.put(name, value);
    return new Environment(more);
  }

  /** What else the machine was doing when the run began; negative where that is not known. */
  private static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static long physicalMemoryMib() {
    var system =
        ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
    return system.getTotalMemorySize() / MIB;
  }

  /** The revision of the working directory; none where there is no git or no repository. */
  private static Optional<String> gitRevision() {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader answer =
          new BufferedReader(new InputStreamReader(git.getInputStream(), StandardCharsets.UTF_8))) {
        String revision = answer.readLine();
        boolean ended = git.waitFor(GIT_SECONDS, TimeUnit.SECONDS);
        return ended && git.exitValue() == 0 ? Optional.ofNullable(revision) : Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
