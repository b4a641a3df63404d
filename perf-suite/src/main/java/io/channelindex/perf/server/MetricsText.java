package io.channelindex.perf.server;

/** Metrics in the text format of Prometheus: a line per sample, {@code name{labels} value}. */
final class MetricsText {
  private MetricsText() {}

  /** The sum of a metric over all labels; 0 if there is none of that name. */
  static double sum(String text, String name) {
    return sum(text, name, "");
  }

  /**
   * The sum of a metric over all samples with a label, such as {@code outcome="hit"}; 0 if there is
   * none.
   */
  static double sum(String text, String name, String label) {
    return text.lines()
        .filter(line -> line.startsWith(name + '{') || line.startsWith(name + ' '))
        .filter(line -> line.contains(label))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
