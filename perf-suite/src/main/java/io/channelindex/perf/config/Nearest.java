package io.channelindex.perf.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what somebody probably meant. */
public final class Nearest {
  private static final int SHOWN = 3;

  private Nearest() {}

  /**
   * The names closest to a mistyped one by edit distance, best first; at most three, and always at
   * least one if there are any names at all.
   */
  public static List<String> to(String typed, Collection<String> names) {
    String wanted = typed.toLowerCase(Locale.ROOT);
    int best = names.stream().mapToInt(name -> distance(wanted, name)).min().orElse(0);
    return names.stream()
        .filter(name -> distance(wanted, name) <= best + 1)
        .sorted(Comparator.comparingInt((String name) -> distance(wanted, name)))
        .limit(SHOWN)
        .toList();
  }

  /** Levenshtein's distance, with one row of memory. */
  static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int substituted = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[right.length()];
  }
}
