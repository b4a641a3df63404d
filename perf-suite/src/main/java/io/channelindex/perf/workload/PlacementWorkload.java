package io.channelindex.perf.workload;

import io.channelindex.perf.cluster.ClusterSession;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.CouchbaseBucketSettings;
import io.channelindex.storage.CouchbaseIndexBucket;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.Placement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * What it takes to read whole channels, by where their documents lie: over all vbuckets, or in a
 * few chosen for each channel. Says how many vbuckets have to answer; before the embedded node also
 * how many servers of three, see {@link PlacedIndexes}.
 *
 * <p>The first pass over all cells warms up; the others are compared.
 */
final class PlacementWorkload implements Workload {
  private static final int[] SPREADS = {1, 4, 16};
  private static final int PASSES = 4;
  private static final int MOST_CHANNELS = 50;
  private static final int DOCUMENTS_PER_CHANNEL = 2_000;
  private static final int FEWEST_CHANNELS = 4;

  @Override
  public String name() {
    return "channel-placement";
  }

  @Override
  public String description() {
    return "Reads of whole channels, by where their documents lie.";
  }

  @Override
  public Scope scope() {
    return Scope.LAST_TARGET;
  }

  @Override
  public Outcome run(WorkloadRun run) throws InterruptedException {
    Outcome.Builder outcome = new Outcome.Builder();
    Driver driver = new Driver(run, outcome);
    try (IndexBucket bucket =
        new CouchbaseIndexBucket(
            run.session().indexCollection(),
            CouchbaseBucketSettings.DEFAULT.withTimeout(ClusterSession.OPERATION_TIMEOUT))) {
      List<PlacementCell> cells = cells(run, bucket);
      driver.cleaningUp(
          () -> remove(run, driver, cells),
          () -> {
            for (PlacementCell cell : cells) {
              driver.each("load", cell.documents(), cell::write);
            }
            for (int pass = 0; pass < PASSES; pass++) {
              pass(run, driver, cells, pass);
            }
          });
      cells.forEach(cell -> outcome.cell(cell.outcome()));
    }
    if (run.node().isPresent()) {
      // A node of our own may be several as well.
      new PlacedIndexes(run, run.session().vbuckets())
          .measure(placements(run.session().vbuckets()), outcome);
    }
    return outcome.parameter("passes", PASSES).build();
  }

  private static List<PlacementCell> cells(WorkloadRun run, IndexBucket bucket) {
    int vbuckets = run.session().vbuckets();
    int partitions = PartitionMap.ofVbuckets(vbuckets).partitions();
    int channels =
        Math.max(
            FEWEST_CHANNELS,
            Math.min(MOST_CHANNELS, run.load().documents() / DOCUMENTS_PER_CHANNEL));
    List<PlacementCell> cells = new ArrayList<>();
    for (Placement placement : placements(vbuckets)) {
      String database = run.namespace().database(cells.size());
      cells.add(
          new PlacementCell(
              placement, channels, partitions, vbuckets, database, bucket, run.time()));
    }
    return cells;
  }

  private static List<Placement> placements(int vbuckets) {
    TreeSet<Integer> spreads = new TreeSet<>();
    for (int spread : SPREADS) {
      spreads.add(Math.min(spread, vbuckets));
    }
    List<Placement> placements = new ArrayList<>(List.of(Placement.SPREAD));
    spreads.forEach(spread -> placements.add(Placement.colocated(spread, vbuckets)));
    return placements;
  }

  private static void pass(WorkloadRun run, Driver driver, List<PlacementCell> cells, int pass)
      throws InterruptedException {
    run.phases().at("pass " + (pass + 1) + " of " + PASSES, (double) pass / PASSES, 0);
    List<PlacementCell> order = new ArrayList<>(cells);
    Collections.rotate(order, -pass);
    for (PlacementCell cell : order) {
      driver.each(
          "read",
          cell.channels(),
          1,
          channel -> cell.read(channel).thenAccept(read -> cell.judge(channel, read)));
      cell.measured();
      if (pass == 0) {
        cell.forget();
      }
    }
  }

  private static void remove(WorkloadRun run, Driver driver, List<PlacementCell> cells)
      throws InterruptedException {
    for (PlacementCell cell : cells) {
      driver.each(
          "clean up",
          cell.documents(),
          document -> run.session().index().removeIfThere(cell.key(document)));
    }
  }
}
