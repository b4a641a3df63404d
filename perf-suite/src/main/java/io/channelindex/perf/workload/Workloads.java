package io.channelindex.perf.workload;

import io.channelindex.perf.config.InvalidSettingException;
import io.channelindex.perf.config.Nearest;
import java.util.ArrayList;
import java.util.List;

/** The workloads there are, in the order in which they run. */
public final class Workloads {
  private static final List<Workload> ALL =
      List.of(
          new FeedWorkload(FeedVariant.CONTINUOUS),
          new FeedWorkload(FeedVariant.CONTINUOUS_PERSISTED),
          new FeedWorkload(FeedVariant.CONTINUOUS_PUSH),
          new FeedWorkload(FeedVariant.CONTINUOUS_POLL),
          new FeedWorkload(FeedVariant.LONGPOLL),
          new FeedWorkload(FeedVariant.LONGPOLL_LOOKUP),
          new FeedWorkload(FeedVariant.LONGPOLL_RELATIVE),
          new IndexWorkload(),
          new MatrixWorkload(),
          new FullLoadWorkload(),
          new ClockContentionWorkload(),
          new PlacementWorkload(),
          new OneShotWorkload(),
          new ClosedLoopWorkload(DocumentOperation.UPSERT),
          new ClosedLoopWorkload(DocumentOperation.GET),
          new ClosedLoopWorkload(DocumentOperation.WRITE_WITH_METADATA),
          new OpenLoopWorkload(DocumentOperation.UPSERT),
          new OpenLoopWorkload(DocumentOperation.GET),
          new OpenLoopWorkload(DocumentOperation.WRITE_WITH_METADATA),
          new BackfillWorkload(),
          new LiveThroughputWorkload(),
          new LiveLatencyWorkload(),
          new LoadAndCompareWorkload(),
          new MemoryWorkload(),
          new CodecWorkload());

  private Workloads() {}

  /** All workloads. */
  public static List<Workload> all() {
    return ALL;
  }

  /**
   * The workloads of the names given, in the order in which they run; all if no name is given.
   *
   * @throws InvalidSettingException if there is no workload of a name
   */
  public static List<Workload> named(List<String> names) {
    if (names.isEmpty()) {
      return ALL;
    }
    List<String> known = ALL.stream().map(Workload::name).toList();
    List<Workload> chosen = new ArrayList<>();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new InvalidSettingException(
            "unknown workload: perf.workloads=" + name + ", nearest=" + Nearest.to(name, known));
      }
    }
    for (Workload workload : ALL) {
      if (names.contains(workload.name())) {
        chosen.add(workload);
      }
    }
    return chosen;
  }
}
