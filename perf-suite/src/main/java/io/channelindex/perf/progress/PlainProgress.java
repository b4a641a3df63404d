package io.channelindex.perf.progress;

import java.io.PrintStream;
import java.util.Locale;

/** Appends a line for each new phase: for logs. */
public final class PlainProgress implements Progress {
  private final PrintStream out;
  private String shown = "";

  /**
   * @param out where to; not closed
   */
  public PlainProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void say(String line) {
    out.println(line);
    out.flush();
  }

  @Override
  public void update(Step step) {
    String line =
        String.format(
            Locale.ROOT,
            "[%d/%d] %s: %s",
            step.position(),
            step.total(),
            step.title(),
            step.phase());
    if (!line.equals(shown)) {
      shown = line;
      say(line);
    }
  }

  @Override
  public void close() {
    out.flush();
  }
}
