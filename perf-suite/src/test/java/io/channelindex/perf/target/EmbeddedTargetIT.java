package io.channelindex.perf.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.perf.config.SuiteSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class EmbeddedTargetIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static SuiteSettings settings(String... more) {
    Map<String, String> properties = new HashMap<>(Map.of("perf.target", "embedded"));
    for (int i = 0; i < more.length; i += 2) {
      properties.put(more[i], more[i + 1]);
    }
    return SuiteSettings.from(properties);
  }

  /** A suite that starts a node, says so, and stays. */
  static final class Suite {
    public static void main(String[] arguments) throws InterruptedException {
      EmbeddedTarget target = new EmbeddedTarget(settings().target(), 16);
      System.out.println(target.pid());
      while (target.complaints().isEmpty()) {
        LockSupport.parkNanos(1_000_000_000);
      }
    }
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }

  @Test
  void closingEndsTheNode() throws InterruptedException {
    EmbeddedTarget target = new EmbeddedTarget(settings().target(), 16);
    assertThat(target.kind().label()).isEqualTo("embedded");
    assertThat(target.endpoint().connectionString()).matches("couchbase://127\\.0\\.0\\.1:\\d+");
    assertThat(target.complaints()).isEmpty();
    assertThat(isAlive(target.pid())).isTrue();
    target.close();
    Awaitility.await().atMost(LONG).until(() -> !isAlive(target.pid()));
  }

  @Test
  void aNodeDiesWithASuiteThatIsKilled() throws IOException {
    Process suite =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Suite.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(suite.getInputStream(), StandardCharsets.UTF_8))) {
      long node = Long.parseLong(lines.readLine());
      assertThat(isAlive(node)).isTrue();
      suite.destroyForcibly();
      Awaitility.await().atMost(LONG).until(() -> !isAlive(node));
    }
  }

  @Test
  void aNodeThatCannotStartSaysWhy() {
    assertThatThrownBy(() -> new EmbeddedTarget(settings().target(), 3))
        .isInstanceOf(TargetException.class)
        .hasMessageContaining("vbuckets");
  }
}
