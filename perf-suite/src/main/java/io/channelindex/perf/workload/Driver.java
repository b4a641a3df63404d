package io.channelindex.perf.workload;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.load.ClosedLoop;
import io.channelindex.perf.load.Operation;
import io.channelindex.perf.measure.Throughput;
import io.channelindex.perf.measure.ThroughputMeter;
import io.channelindex.perf.oracle.ObservedState;
import java.time.Duration;
import java.util.Iterator;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The phases that workloads are made of, with their progress told and their failures counted. */
final class Driver {
  private static final Duration POLL = Duration.ofMillis(200);

  /** Longer than the client's own timeout: an operation that takes this long never ends. */
  private static final Duration STUCK = Duration.ofSeconds(60);

  private final WorkloadRun run;
  private final Outcome.Builder outcome;

  Driver(WorkloadRun run, Outcome.Builder outcome) {
    this.run = run;
    this.outcome = outcome;
  }

  /** Puts an operation to every document once, as fast as the target answers. */
  void pass(String phase, DocumentSet documents, Operation operation) throws InterruptedException {
    each(phase, documents.size(), operation);
  }

  /** Does an operation with each index below a number once, as fast as the target answers. */
  void each(String phase, int count, Operation operation) throws InterruptedException {
    each(phase, count, run.load().inFlight(), operation);
  }

  /** As above, with so many under way at once. */
  void each(String phase, int count, int inFlight, Operation operation)
      throws InterruptedException {
    if (count > 0) {
      ClosedLoop loop = new ClosedLoop(count, inFlight, operation);
      run.phases().at(phase, 0, 0);
      loop.start(1);
      awaitEnd(phase, loop, count);
    }
  }

  /** Writes every document once. */
  void load(DocumentSet documents) throws InterruptedException {
    pass("load", documents, documents::upsert);
    resolve(documents);
  }

  /** Reads every document back and checks that it is what was written. */
  void verify(DocumentSet documents, Operation reading) throws InterruptedException {
    pass("verify", documents, reading);
    outcome.check("missing", documents.missing()).check("wrong", documents.wrong());
  }

  /** What a workload does between set-up and clean-up. */
  @FunctionalInterface
  interface Body {
    void run() throws InterruptedException;
  }

  /** Does what a workload does and removes what it wrote, however that ends. */
  void cleaningUp(DocumentSet documents, Body body) throws InterruptedException {
    cleaningUp(() -> pass("clean up", documents, documents::removeIfPresent), body);
  }

  /** Does what a workload does and cleans up, however that ends. */
  void cleaningUp(Body cleanUp, Body body) throws InterruptedException {
    try {
      body.run();
    } catch (RuntimeException | InterruptedException e) {
      try {
        cleanUp.run();
      } catch (RuntimeException another) {
        e.addSuppressed(another);
      }
      throw e;
    }
    cleanUp.run();
  }

  /** Keeps an operation going and measures how fast it goes. */
  Throughput sustain(DocumentSet documents, Operation operation) throws InterruptedException {
    ClosedLoop loop = new ClosedLoop(documents.size(), run.load().inFlight(), operation);
    return sustain(loop, loop::done);
  }

  /** Keeps a loop going and measures how fast a counter goes meanwhile. */
  Throughput sustain(ClosedLoop loop, LongSupplier counter) throws InterruptedException {
    ThroughputMeter meter =
        new ThroughputMeter(run.time(), (share, rate) -> run.phases().at("measure", share, rate));
    loop.start(ClosedLoop.ENDLESS);
    try {
      return meter.measure(counter, run.load().warmUp(), run.load().measure());
    } finally {
      loop.stop();
      run.phases().at("settle", 0, 0);
      awaitEnd("settle", loop, 0);
    }
  }

  /** Looks up every document whose last operation has an unknown outcome. */
  void resolve(DocumentSet documents) throws InterruptedException {
    Set<Integer> uncertain = documents.ledger().uncertain();
    if (uncertain.isEmpty()) {
      return;
    }
    Iterator<Integer> each = uncertain.iterator();
    int[] indexes = new int[uncertain.size()];
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = each.next();
    }
    each("resolve unknown outcomes", indexes.length, i -> documents.resolve(indexes[i]));
    outcome.check("unresolved", documents.ledger().uncertain().size());
  }

  /**
   * Waits until a feed has shown everything up to a sequence number per vbucket.
   *
   * @throws PerfException if it stops getting any further
   */
  void awaitReached(ChangeFeed feed, ObservedState observed, long[] to)
      throws InterruptedException {
    long lastMoved = run.time().nanos();
    long seen = -1;
    while (true) {
      feed.requireHealthy();
      int behind = behind(observed, to);
      if (behind == 0) {
        return;
      }
      long now = run.time().nanos();
      long changes = observed.changes();
      if (changes != seen) {
        seen = changes;
        lastMoved = now;
      } else if (now - lastMoved > STUCK.toNanos()) {
        throw new PerfException(
            "change feed got stuck: vbucketsBehind=" + behind + ", changes=" + changes);
      }
      run.phases().at("catch up", 1 - (double) behind / to.length, 0);
      run.time().sleepUntil(now + Duration.ofMillis(2).toNanos());
    }
  }

  private static int behind(ObservedState observed, long[] to) {
    int behind = 0;
    for (int vbucket = 0; vbucket < to.length; vbucket++) {
      behind += Long.compareUnsigned(observed.seqno(vbucket), to[vbucket]) < 0 ? 1 : 0;
    }
    return behind;
  }

  /** Waits for a loop, as long as it gets on, and counts its failures. */
  void awaitEnd(String phase, ClosedLoop loop, long expected) throws InterruptedException {
    long before = loop.done();
    long lastMoved = run.time().nanos();
    long polled = lastMoved;
    while (!loop.await(POLL)) {
      long now = run.time().nanos();
      long done = loop.done();
      double rate = (done - before) * 1e9 / Math.max(1, now - polled);
      run.phases().at(phase, expected == 0 ? 0 : (double) done / expected, rate);
      if (done != before) {
        lastMoved = now;
      } else if (now - lastMoved > STUCK.toNanos()) {
        loop.stop();
        throw new PerfException("operations do not end: phase=" + phase + ", done=" + done);
      }
      before = done;
      polled = now;
    }
    failed(loop.failed(), loop.firstFailure());
  }

  /** Counts operations that failed. */
  void failed(long failures, @Nullable Throwable first) {
    outcome.check("failed", failures);
    if (first != null) {
      outcome.note("failed", String.valueOf(first));
    }
  }
}
