package io.channelindex.perf.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ChildProcessTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Pattern CONNECTION_STRING = Pattern.compile("couchbases?://\\S+");

  private static List<String> java(Class<?> main) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx32m",
        "-cp",
        System.getProperty("java.class.path"),
        main.getName());
  }

  /** Gets ready, and stays. */
  static final class Ready {
    public static void main(String[] arguments) {
      System.out.println("some words before");
      System.out.println("listening on couchbase://127.0.0.1:4711 now");
      System.err.println("a complaint");
      while (true) {
        LockSupport.park();
      }
    }
  }

  /** Ends before it is ready. */
  static final class Failing {
    public static void main(String[] arguments) {
      System.err.println("address already in use: port=11210");
      System.exit(7);
    }
  }

  /** Never gets ready. */
  static final class Silent {
    public static void main(String[] arguments) {
      while (true) {
        LockSupport.park();
      }
    }
  }

  @Test
  void readyIsWhenTheConnectionStringIsPrinted() throws InterruptedException {
    try (ChildProcess process = new ChildProcess("node", java(Ready.class), CONNECTION_STRING)) {
      assertThat(process.awaitReady(LONG).group()).isEqualTo("couchbase://127.0.0.1:4711");
      assertThat(process.exitCode()).isEmpty();
      Awaitility.await().until(() -> process.complaints().equals("a complaint"));
    }
  }

  @Test
  void closingEndsTheProcess() throws InterruptedException {
    ChildProcess process = new ChildProcess("node", java(Ready.class), CONNECTION_STRING);
    process.awaitReady(LONG);
    long pid = process.pid();
    process.close();
    Awaitility.await().until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    process.close();
    assertThat(process.exitCode()).isPresent();
  }

  @Test
  void aNodeThatEndsEarlyIsReportedWithWhatItComplainedAbout() {
    try (ChildProcess process = new ChildProcess("node", java(Failing.class), CONNECTION_STRING)) {
      assertThatThrownBy(() -> process.awaitReady(LONG))
          .isInstanceOf(ProcessException.class)
          .hasMessageContaining("node ended before it was ready");
      Awaitility.await()
          .until(() -> process.complaints().contains("address already in use: port=11210"));
      Awaitility.await().until(() -> process.exitCode().filter(code -> code == 7).isPresent());
    }
  }

  @Test
  void aNodeThatNeverGetsReadyIsGivenUp() {
    try (ChildProcess process = new ChildProcess("node", java(Silent.class), CONNECTION_STRING)) {
      assertThatThrownBy(() -> process.awaitReady(Duration.ofMillis(50)))
          .isInstanceOf(ProcessException.class)
          .hasMessageContaining("node is not ready in time: patience=PT0.05S");
    }
  }

  @Test
  void aCommandThatDoesNotExistIsNamed() {
    assertThatThrownBy(() -> new ChildProcess("node", List.of("/no/such/java"), CONNECTION_STRING))
        .isInstanceOf(ProcessException.class)
        .hasMessage("process does not start: command=/no/such/java");
  }

  @Test
  void anInterruptEndsTheWait() {
    try (ChildProcess process = new ChildProcess("node", java(Silent.class), CONNECTION_STRING)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> process.awaitReady(LONG)).isInstanceOf(InterruptedException.class);
    }
  }
}
