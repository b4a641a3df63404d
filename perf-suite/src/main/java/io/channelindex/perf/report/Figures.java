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
}
