package io.channelindex.perf.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Step step(String phase, double share, double rate) {
    return new Step(3, 20, "kv-get, 64 vbuckets", phase, share, rate);
  }

  @Test
  void aLogHasOneLinePerPhaseAndNoControlCharacters() {
    try (Progress progress = new PlainProgress(out)) {
      progress.update(step("load", 0, 0));
      progress.update(step("load", 0.5, 100_000));
      progress.update(step("measure", 0.1, 90_000));
      progress.say("done");
    }
    assertThat(written().lines())
        .containsExactly(
            "[3/20] kv-get, 64 vbuckets: load", "[3/20] kv-get, 64 vbuckets: measure", "done");
  }

  @Test
  void aTerminalHasOneLineThatIsRewrittenAndRemovedInTheEnd() {
    try (Progress progress = new LiveProgress(out)) {
      progress.update(step("measure", 0.5, 123_456));
    }
    assertThat(written())
        .startsWith("\r\u001b[2K")
        .contains(" 3/20 ━━━━━━━━━━┄┄┄┄┄┄┄┄┄┄ kv-get, 64 vbuckets · measure  123,456/s")
        .endsWith("\r\u001b[2K")
        .doesNotContain("\n");
  }

  @Test
  void whatIsSaidStaysAboveTheLine() {
    try (Progress progress = new LiveProgress(out)) {
      progress.say("first");
      progress.update(step("load", 0, 0));
      progress.say("second");
    }
    assertThat(written()).startsWith("first\n").endsWith("\r\u001b[2Ksecond\n");
  }

  @Test
  void aShareOutOfItsRangeIsShownAsItsEnd() {
    try (Progress progress = new LiveProgress(out)) {
      progress.update(step("load", 1.7, 0));
      progress.update(step("load", -3, 0));
    }
    assertThat(written()).contains("━".repeat(20)).contains("┄".repeat(20));
  }
}
