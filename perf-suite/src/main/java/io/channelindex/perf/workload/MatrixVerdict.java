package io.channelindex.perf.workload;

import io.channelindex.index.read.Row;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is wrong with what was read of some channels.
 *
 * @param missed documents that are not there
 * @param unexpected rows that should not be there: of other documents, twice, removed or deleted
 * @param stale rows that have another revision than was acknowledged last
 * @param about the first of them, for a person; empty if nothing is wrong
 */
record MatrixVerdict(long missed, long unexpected, long stale, String about) {
  static final MatrixVerdict RIGHT = new MatrixVerdict(0, 0, 0, "");

  /**
   * Judges a channel.
   *
   * @param expected the revision of each document that is in it
   * @param rows all that was read
   */
  static MatrixVerdict of(String channel, Map<String, String> expected, List<Row> rows) {
    Map<String, String> left = new HashMap<>(expected);
    long unexpected = 0;
    long stale = 0;
    String about = "";
    for (Row row : rows) {
      String revision = left.remove(row.documentId());
      boolean strange = revision == null || row.deleted() || !row.removed().isEmpty();
      boolean old = !strange && !row.revision().equals(revision);
      unexpected += strange ? 1 : 0;
      stale += old ? 1 : 0;
      if ((strange || old) && about.isEmpty()) {
        about = (strange ? "unexpected" : "stale") + ": channel=" + channel + ", " + told(row);
      }
    }
    if (!left.isEmpty() && about.isEmpty()) {
      about = "missed: channel=" + channel + ", document=" + left.keySet().iterator().next();
    }
    return new MatrixVerdict(left.size(), unexpected, stale, about);
  }

  /** Without its token, which has a kilobyte of text. */
  private static String told(Row row) {
    return "document="
        + row.documentId()
        + ", revision="
        + row.revision()
        + (row.deleted() ? ", deleted" : "")
        + (row.removed().isEmpty() ? "" : ", removed=" + row.removed());
  }

  MatrixVerdict plus(MatrixVerdict other) {
    return new MatrixVerdict(
        missed + other.missed,
        unexpected + other.unexpected,
        stale + other.stale,
        about.isEmpty() ? other.about : about);
  }
}
