package io.channelindex.perf.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessUsageTest {
  /** Keeps 40 MB, uses a second of processor time, and stays. */
  static final class Busy {
    public static void main(String[] arguments) throws InterruptedException {
      byte[] kept = new byte[40 << 20];
      long until = System.nanoTime() + 1_000_000_000L;
      while (System.nanoTime() < until) {
        kept[(int) (until % kept.length)]++;
      }
      System.out.println("busy");
      Thread.sleep(Long.MAX_VALUE);
      System.out.println(kept.length);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void anotherProcessIsAskedForWhatItUses() throws InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            Busy.class.getName());
    try (ChildProcess process = new ChildProcess("busy", command, Pattern.compile("busy"))) {
      process.awaitReady(Duration.ofSeconds(60));
      ProcessUsage usage = new ProcessUsage(process.pid());
      assertThat(usage.cpu()).isBetween(Duration.ofMillis(100), Duration.ofSeconds(30));
      assertThat(usage.residentBytes().orElseThrow()).isBetween(40L << 20, 1L << 30);
      assertThat(usage.liveHeapBytes().orElseThrow()).isBetween(40L << 20, 80L << 20);
      assertThat(usage.allocatedBytes().orElseThrow()).isGreaterThan(40L << 20);
    }
  }

  @Test
  void aProcessThatIsNotThereUsesNothing() {
    ProcessUsage usage = new ProcessUsage(Integer.MAX_VALUE);
    assertThat(usage.cpu()).isZero();
    assertThat(usage.residentBytes()).isEmpty();
    assertThat(usage.liveHeapBytes()).isEmpty();
    assertThat(usage.allocatedBytes()).isEmpty();
  }
}
