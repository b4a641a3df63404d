package io.channelindex.perf.report;

import io.channelindex.perf.measure.Metric;
import java.util.Locale;

/** Numbers as people read them: as many digits as mean something. */
final class Figures {
  private Figures() {}

  static String number(double value) {
    double size = Math.abs(value);
    if (size >= 100 || size == Math.rint(size)) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
  }

  static String of(Metric metric) {
    return number(metric.value()) + " " + metric.unit().symbol();
  }

  /** With the least and the greatest, where these differ. */
  static String withSpread(Metric metric) {
    return of(metric) + spread(metric);
  }

  /** The least and the greatest, in parentheses; empty where these do not differ. */
  static String spread(Metric metric) {
    Metric.Spread spread = metric.spread();
    return spread == null || spread.min() == spread.max()
        ? ""
        : " (" + number(spread.min()) + "–" + number(spread.max()) + ")";
  }
}
