package io.channelindex.perf.server;

/** Metrics in the text format of Prometheus: a line per sample, {@code name{labels} value}. */
final class MetricsText {
  private MetricsText() {}

  /** The sum of a metric over all labels; 0 if there is none of that name. */
  static double sum(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name + '{') || line.startsWith(name + ' '))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
