package io.channelindex.perf.workload;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.ChangeListener;
import io.channelindex.perf.cluster.KeysWritten;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.follow.ChangesClient;
import io.channelindex.perf.load.ChannelDocuments;
import io.channelindex.perf.load.ChannelPlan;
import io.channelindex.perf.load.VbucketCover;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * The database of one workload's changes server: waits until it works, and removes its documents
 * and its index in the end.
 */
final class ServedDatabase {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(50);

  private final WorkloadRun run;
  private final Driver driver;
  private final int documents;
  private final List<Integer> markers;
  private final Positions indexBefore;

  /**
   * To be called before its server starts.
   *
   * @param documents how many documents of the namespace are written, with indexes from 0
   */
  ServedDatabase(WorkloadRun run, Driver driver, int documents) throws InterruptedException {
    this.run = run;
    this.driver = driver;
    this.documents = documents;
    this.markers = VbucketCover.of(run.namespace(), documents, run.session().vbuckets());
    try (ChangeFeed feed = run.session().indexChanges(ChangeListener.NOBODY)) {
      this.indexBefore = feed.positions();
    }
  }

  /**
   * Waits until a document of each vbucket comes through, and with it everything that was in the
   * bucket before.
   *
   * @throws PerfException if that does not happen in time
   */
  void awaitWorking(ChangesClient client) throws InterruptedException {
    run.phases().at("start", 0, 0);
    String channel = run.namespace().prefix() + "markers";
    ChannelDocuments bodies =
        new ChannelDocuments(
            run.namespace(),
            new ChannelPlan(1, documents + 1, 0),
            run.load().seed(),
            run.feeds().documentBytes());
    driver.each(
        "start",
        markers.size(),
        i ->
            client
                .documents()
                .store(
                    run.namespace().key(markers.get(i)),
                    null,
                    bodies.inChannel(channel, markers.get(i), 1)));
    long until = run.time().nanos() + PATIENCE.toNanos();
    int seen = 0;
    Throwable unreadable = null;
    while (seen < markers.size()) {
      if (run.time().nanos() - until > 0) {
        throw new PerfException(
            "the server does not get on: markersSeen=" + seen + ", markers=" + markers.size(),
            unreadable);
      }
      run.phases().at("start", (double) seen / markers.size(), 0);
      run.time().sleepUntil(run.time().nanos() + POLL.toNanos());
      try {
        seen = client.channels().rows(channel).join();
      } catch (CompletionException e) {
        // An index that is being taken may be unavailable for a moment.
        unreadable = e;
      }
    }
  }

  /** Removes documents and index. To be called when the server has ended. */
  void cleanUp() throws InterruptedException {
    driver.each(
        "clean up",
        documents,
        i -> run.session().documents().removeIfThere(run.namespace().key(i)));
    driver.each(
        "clean up",
        markers.size(),
        i -> run.session().documents().removeIfThere(run.namespace().key(markers.get(i))));
    KeysWritten written = new KeysWritten(run.namespace().database());
    try (ChangeFeed feed = run.session().indexChanges(written)) {
      feed.streamBetween(indexBefore, feed.seqnos());
      feed.awaitEnd(PATIENCE);
    }
    List<String> keys = List.copyOf(written.keys());
    driver.each("clean up", keys.size(), i -> run.session().index().removeIfThere(keys.get(i)));
  }
}
