package io.channelindex.perf.oracle;

import io.channelindex.perf.load.DocumentSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The difference between what writers got acknowledged and what a feed showed in the end.
 *
 * @param missed documents whose acknowledged state the feed did not show: never seen, seen only
 *     older, or seen although deleted
 * @param unexpected documents that the feed showed in a state that nobody was told of, and changes
 *     in the namespace that nobody made
 * @param corrupted documents with the right version and the wrong bytes
 * @param reordered changes against the order of their vbucket
 * @param firstProblem the first document that differs, for a message; empty if none does
 */
public record Comparison(
    long missed, long unexpected, long corrupted, long reordered, String firstProblem) {
  private static final int NEVER_SEEN = 0;

  /**
   * Compares once everything has been acknowledged and shown. Takes a pass over all documents.
   *
   * @throws IllegalStateException if the state of a document is still unknown
   */
  public static Comparison of(Ledger ledger, DocumentSource source, ObservedState observed) {
    if (!ledger.uncertain().isEmpty()) {
      throw new IllegalStateException(
          "outcomes are not resolved: documents=" + ledger.uncertain().size());
    }
    Tally tally = new Tally();
    for (int index = 0; index < ledger.documents(); index++) {
      tally.judge(index, ledger, source, observed);
    }
    return new Comparison(
        tally.missed,
        tally.unexpected + observed.strangers(),
        tally.corrupted,
        observed.reordered(),
        tally.firstProblem);
  }

  /** The figures as checks of a result: 0 is right. */
  public Map<String, Long> checks() {
    Map<String, Long> checks = new LinkedHashMap<>();
    checks.put("missed", missed);
    checks.put("unexpected", unexpected);
    checks.put("corrupted", corrupted);
    checks.put("reordered", reordered);
    return checks;
  }

  private static final class Tally {
    private long missed;
    private long unexpected;
    private long corrupted;
    private String firstProblem = "";

    void judge(int index, Ledger ledger, DocumentSource source, ObservedState observed) {
      int seen = observed.version(index);
      int present = ledger.present(index);
      if (present > 0) {
        judgePresent(index, present, seen, source, observed);
      } else if (ledger.isDeleted(index)) {
        // A document that an SDK wrote and deleted leaves a tombstone, which the feed has to show.
        if (seen != ObservedState.GONE) {
          missed++;
          note(index, "deleted", seen);
        }
      } else if (seen != NEVER_SEEN) {
        unexpected++;
        note(index, "never written", seen);
      }
    }

    private void judgePresent(
        int index, int present, int seen, DocumentSource source, ObservedState observed) {
      if (seen > present) {
        unexpected++;
        note(index, "version " + present, seen);
      } else if (seen != present) {
        missed++;
        note(index, "version " + present, seen);
      } else if (observed.checksum(index) != source.checksum(index, present)) {
        corrupted++;
        note(index, "version " + present + " intact", seen);
      }
    }

    private void note(int index, String expected, int seen) {
      if (firstProblem.isEmpty()) {
        String found =
            seen == NEVER_SEEN
                ? "never seen"
                : seen == ObservedState.GONE ? "gone" : "version " + seen;
        firstProblem = "document=" + index + ", expected=" + expected + ", found=" + found;
      }
    }
  }
}
