package io.channelindex.perf.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How documents are spread over channels, and how often they are written. */
public enum MatrixShape {
  /** Channels of ten documents each: many of them. */
  MANY_SMALL,
  /** A hundred channels, or as many as there are documents. */
  FEW_LARGE,
  /** Channels that have one document in each partition: the fewest entries in the most places. */
  SPARSE,
  /** Few documents in few channels, all of them written again and again. */
  UPDATE_HEAVY;

  /** As it is written in settings and results, such as {@code many-small}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(MatrixShape::label).toList();
  }

  static MatrixShape of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
