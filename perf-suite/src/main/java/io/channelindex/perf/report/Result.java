package io.channelindex.perf.report;

import io.channelindex.perf.workload.Outcome;

/**
 * One workload on one target.
 *
 * @param workload its name
 * @param description what it measures, in one sentence
 * @param target the kind of target
 * @param vbuckets how many vbuckets the target has
 * @param outcome what was found
 */
public record Result(
    String workload, String description, String target, int vbuckets, Outcome outcome) {
  /** The beginning of the names of its raw files, such as {@code kv-get-64}. */
  String fileStem() {
    return workload + "-" + vbuckets;
  }
}
