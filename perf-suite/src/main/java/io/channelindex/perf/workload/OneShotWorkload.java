package io.channelindex.perf.workload;

import io.channelindex.perf.indexing.IndexVariant;
import io.channelindex.perf.measure.Metric;
import java.util.List;

/**
 * How long somebody waits for all that a channel has, who asks once: a channel of documents that
 * were written ten times each, over HTTP, and a channel with ten thousand entries over all
 * vbuckets, from the index alone. Each of many channels with the same documents is asked for when
 * nothing of it is in memory, and by who has just been told, on virtual machines that have done the
 * same often. An outcome's cells are layouts, one after the other, and in the end one of them once
 * more, the in-memory baseline if it is asked.
 */
final class OneShotWorkload implements Workload {
  private final FeedWorkload.Starter starter;

  OneShotWorkload() {
    this(FeedWorkload.process(List.of()));
  }

  OneShotWorkload(FeedWorkload.Starter starter) {
    this.starter = starter;
  }

  @Override
  public String name() {
    return "one-shot";
  }

  @Override
  public String description() {
    return "All that a channel has, asked for once: over HTTP, and from an index that is wide.";
  }

  @Override
  public Scope scope() {
    return Scope.LAST_TARGET;
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    OneShotCell.Scale scale = OneShotCell.Scale.of(run);
    Outcome.Builder outcome =
        new Outcome.Builder()
            .parameter("documents", scale.documents())
            .parameter("revisions", OneShotCell.REVISIONS)
            .parameter("wide-documents", scale.wide())
            .parameter("asked", OneShotCell.MEASURED);
    List<String> layouts = run.matrix().layouts();
    for (int place = 0; place < layouts.size(); place++) {
      outcome.cell(new OneShotCell(run, starter, layouts.get(place), place, outcome).ask());
    }
    String again =
        layouts.contains(IndexVariant.IN_MEMORY) ? IndexVariant.IN_MEMORY : layouts.get(0);
    outcome.cell(new OneShotCell(run, starter, again, layouts.size(), outcome).ask());
    return outcome.metric("layouts", Metric.count(run.matrix().layouts().size())).build();
  }
}
