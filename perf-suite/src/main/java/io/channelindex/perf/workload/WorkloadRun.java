package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.perf.config.CodecSettings;
import io.channelindex.perf.config.FeedLoadSettings;
import io.channelindex.perf.config.LoadSettings;
import io.channelindex.perf.config.MatrixSettings;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.process.ProcessUsage;
import java.util.Optional;

/**
 * What a workload is given.
 *
 * @param session the target
 * @param node the process of a target that is one node of this machine, started for this run; empty
 *     for all others
 * @param load how much
 * @param feeds how much where a changes server is measured
 * @param codecs how clock codecs are measured
 * @param matrix which variants of the index are compared
 * @param namespace the keys that belong to this workload of this run alone
 * @param time the clock
 * @param phases told how it goes
 */
public record WorkloadRun(
    ClusterSession session,
    Optional<ProcessUsage> node,
    LoadSettings load,
    FeedLoadSettings feeds,
    CodecSettings codecs,
    MatrixSettings matrix,
    Namespace namespace,
    TimeSource time,
    PhaseListener phases) {
  /** The same with other variants of the index. */
  WorkloadRun with(MatrixSettings other) {
    return new WorkloadRun(session, node, load, feeds, codecs, other, namespace, time, phases);
  }
}
