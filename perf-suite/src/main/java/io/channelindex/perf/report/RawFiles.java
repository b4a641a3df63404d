package io.channelindex.perf.report;

import io.channelindex.perf.measure.LatencyDistribution;
import io.channelindex.perf.measure.Timeline;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What figures and plots are made from, for those who want to make others: percentile distributions
 * ({@code .hgrm}, as HdrHistogram's tools read them, in milliseconds) and rates over time ({@code
 * .csv}).
 */
final class RawFiles {
  private RawFiles() {}

  /** The contents of the raw files by name. */
  static Map<String, byte[]> of(Report report) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (Result result : report.results()) {
      result
          .outcome()
          .latencies()
          .forEach((name, latency) -> files.put(name(result, name, "hgrm"), hgrm(latency)));
      result
          .outcome()
          .timelines()
          .forEach((name, timeline) -> files.put(name(result, name, "csv"), csv(timeline)));
    }
    return files;
  }

  private static String name(Result result, String what, String extension) {
    return result.fileStem() + "-" + what + "." + extension;
  }

  private static byte[] hgrm(LatencyDistribution latency) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.US_ASCII)) {
      latency.writeTo(out);
    }
    return bytes.toByteArray();
  }

  private static byte[] csv(Timeline timeline) {
    StringBuilder csv = new StringBuilder("seconds,per_second\n");
    for (Timeline.Point point : timeline.points()) {
      csv.append(String.format(Locale.ROOT, "%.3f,%.1f%n", point.seconds(), point.perSecond()));
    }
    return csv.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
