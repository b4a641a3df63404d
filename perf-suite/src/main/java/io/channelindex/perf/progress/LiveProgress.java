package io.channelindex.perf.progress;

import java.io.PrintStream;
import java.util.Locale;

/** Rewrites one line of a terminal. */
public final class LiveProgress implements Progress {
  private static final String ERASE_LINE = "\r\u001b[2K";
  private static final int BAR = 20;

  private final PrintStream out;
  private boolean lineOpen;

  /**
   * @param out a terminal; not closed
   */
  public LiveProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void say(String line) {
    out.print(lineOpen ? ERASE_LINE : "");
    out.println(line);
    out.flush();
    lineOpen = false;
  }

  @Override
  public void update(Step step) {
    int filled = (int) Math.round(BAR * Math.max(0, Math.min(1, step.share())));
    String bar = "━".repeat(filled) + "┄".repeat(BAR - filled);
    String rate = step.rate() > 0 ? String.format(Locale.ROOT, "  %,.0f/s", step.rate()) : "";
    out.printf(
        Locale.ROOT,
        "%s%2d/%d %s %s · %s%s",
        ERASE_LINE,
        step.position(),
        step.total(),
        bar,
        step.title(),
        step.phase(),
        rate);
    out.flush();
    lineOpen = true;
  }

  @Override
  public void close() {
    out.print(lineOpen ? ERASE_LINE : "");
    out.flush();
    lineOpen = false;
  }
}
