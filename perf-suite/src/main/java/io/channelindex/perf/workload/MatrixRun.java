package io.channelindex.perf.workload;

import io.channelindex.index.read.Row;
import io.channelindex.perf.PerfException;
import io.channelindex.perf.cluster.ChangeFeed;
import io.channelindex.perf.cluster.ChangeListener;
import io.channelindex.perf.cluster.KeyValue;
import io.channelindex.perf.cluster.Positions;
import io.channelindex.perf.config.MatrixSettings;
import io.channelindex.perf.config.MatrixShape;
import io.channelindex.perf.follow.StoredDocuments;
import io.channelindex.perf.indexing.CacheUse;
import io.channelindex.perf.indexing.DrainWatch;
import io.channelindex.perf.indexing.IndexReader;
import io.channelindex.perf.indexing.IndexVariant;
import io.channelindex.perf.indexing.MeasuredIndex;
import io.channelindex.perf.indexing.MeasuredIndex.Arrival;
import io.channelindex.perf.indexing.StoredSizes;
import io.channelindex.perf.indexing.Written;
import io.channelindex.perf.measure.Metric;
import io.channelindex.perf.measure.Unit;
import io.channelindex.sequence.PartitionMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;

/**
 * All variants of the index on one shape. A pass writes, reads and compacts an index of every
 * variant, one after the other; the first pass warms up, or several do, and are not measured, and
 * what the others measured is compared. What is read is judged each time, and after the last pass
 * all that is there.
 *
 * <p>Documents that are written once are there before the first pass. Those that are written again
 * and again are so in rounds, which all indexes take in one after the other: a stream that begins
 * later would bring the last version of each only.
 */
final class MatrixRun {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Somewhat longer than compaction waits before it removes what it has replaced. */
  private static final Duration QUIET = Duration.ofSeconds(11);

  private static final Duration POLL = Duration.ofMillis(100);
  private static final int CHANNELS_READ = 50;
  private static final int READ_AT_ONCE = 32;

  private final WorkloadRun run;
  private final MatrixShape shape;
  private final ScheduledExecutorService executor;
  private final MatrixWorkload.Meddling meddling;
  private final MatrixDocuments documents;
  private final StoredDocuments store;
  private final List<MatrixCell> cells;
  private final Extent extent;
  private final WarmUp warmUp;
  private final Positions dataBefore;
  private final Positions indexBefore;
  private final List<Double> drains = new ArrayList<>();
  private final Map<IndexVariant, byte[]> dictionaries = new HashMap<>();
  private int databases;
  private int versions;

  /** What is measured of a cell. */
  enum Extent {
    /** What it takes to write it, and what it takes up then; it is read to be judged. */
    WRITES,
    /** Reads, and what compaction makes of it, too. */
    EVERYTHING
  }

  /**
   * @param cells variants; if the last is the first once more, how far the two differ is told
   */
  MatrixRun(
      WorkloadRun run,
      MatrixShape shape,
      List<MatrixCell> cells,
      Extent extent,
      WarmUp warmUp,
      ScheduledExecutorService executor,
      MatrixWorkload.Meddling meddling)
      throws InterruptedException {
    this.run = run;
    this.shape = shape;
    this.executor = executor;
    this.meddling = meddling;
    this.documents =
        new MatrixDocuments(
            run.namespace(),
            shape,
            // Documents of another shape leave tombstones, which have revisions.
            run.matrix().shapes().indexOf(shape) * run.matrix().documents(),
            run.matrix().documents(),
            PartitionMap.ofVbuckets(run.session().vbuckets()),
            run.load().seed(),
            run.feeds().documentBytes());
    this.store = new StoredDocuments(run.session().collection(), run.session().vbuckets());
    this.cells = cells;
    this.extent = extent;
    this.warmUp = warmUp;
    this.dataBefore = dataNow();
    try (ChangeFeed feed = run.session().indexChanges(ChangeListener.NOBODY)) {
      this.indexBefore = feed.positions();
    }
  }

  /** Every variant, and the first of them once more. */
  static List<MatrixCell> cells(MatrixSettings settings) {
    List<MatrixCell> cells = new ArrayList<>();
    for (String layout : settings.layouts()) {
      boolean inMemory = layout.equals(IndexVariant.IN_MEMORY);
      for (String compression : inMemory ? List.of("none") : settings.compressions()) {
        IndexVariant variant =
            new IndexVariant(layout, compression).compactedAfter(settings.compactAfter());
        cells.add(new MatrixCell(variant, MatrixCell.Row.CELL));
      }
    }
    cells.add(new MatrixCell(cells.get(0).variant(), MatrixCell.Row.AGAIN));
    return cells;
  }

  /** Measures everything and adds a cell for each variant to the outcome. */
  void run(Outcome.Builder outcome) throws InterruptedException {
    Driver driver = new Driver(run, outcome);
    driver.cleaningUp(
        () -> {
          removeIndexes(driver);
          driver.each(
              "clean up",
              documents.count(),
              i -> run.session().documents().removeIfThere(documents.key(i)));
        },
        () -> {
          if (isWrittenOnce()) {
            writeRound(driver);
          }
          while (warmUp.goesOn()) {
            pass(driver, 0);
            removeIndexes(driver);
          }
          cells.forEach(MatrixCell::forget);
          drains.clear();
          for (int pass = 1; pass <= run.matrix().repeats(); pass++) {
            pass(driver, pass);
            removeIndexes(driver);
          }
        });
    cells.forEach(cell -> outcome.cell(outcome(cell)));
    MatrixCell last = cells.get(cells.size() - 1);
    if (last.row() == MatrixCell.Row.AGAIN) {
      cells
          .get(0)
          .differences(last)
          .forEach((figure, noise) -> outcome.metric("a-a." + shape.label() + "." + figure, noise));
    }
  }

  private boolean isWrittenOnce() {
    return documents.rounds() == 1;
  }

  private Outcome outcome(MatrixCell cell) {
    Outcome.Builder outcome =
        new Outcome.Builder()
            .parameter("shape", shape.label())
            .parameter("documents", documents.count())
            .parameter("document-bytes", run.feeds().documentBytes())
            .parameter("channels", documents.channels())
            .parameter("rounds", documents.rounds())
            .parameter("document-overhead-bytes", MatrixCell.DOCUMENT_OVERHEAD_BYTES);
    cell.into(outcome);
    if (cell.variant().hasDictionary()) {
      byte[] dictionary = dictionaries.get(cell.variant());
      outcome.metric("dictionary_bytes", Metric.count(dictionary == null ? 0 : dictionary.length));
    }
    return outcome
        .metric("dcp_drain", Metric.median(drains, Unit.MUTATIONS_PER_SECOND))
        .metric("entries", Metric.count(documents.entries()))
        .metric("warm_up_passes", Metric.count(warmUp.passes()))
        .build();
  }

  private void pass(Driver driver, int pass) throws InterruptedException {
    Positions beginning = isWrittenOnce() ? dataBefore : dataNow();
    Map<MatrixCell, Member> members = new LinkedHashMap<>();
    try {
      for (MatrixCell cell : inTurn(pass)) {
        String database = run.namespace().database(databases++);
        members.put(
            cell,
            new Member(
                database,
                new MeasuredIndex(
                    run.session(),
                    database,
                    cell.variant(),
                    Optional.ofNullable(dictionaries.get(cell.variant())),
                    beginning,
                    run.node(),
                    executor)));
      }
      write(driver, members, pass);
      for (Map.Entry<MatrixCell, Member> member : members.entrySet()) {
        member
            .getValue()
            .index()
            .trained()
            .ifPresent(made -> dictionaries.putIfAbsent(member.getKey().variant(), made));
      }
      StoredSizes raw = stored();
      members.forEach((cell, member) -> cell.raw(member.size(raw), documents.entries()));
      if (extent == Extent.EVERYTHING) {
        compact(members, pass);
      }
      if (pass == run.matrix().repeats()) {
        for (Map.Entry<MatrixCell, Member> member : members.entrySet()) {
          step(member.getKey(), pass);
          meddling.meddle(member.getValue().database());
          verify(member.getKey(), member.getValue().index());
        }
      }
    } finally {
      members.values().forEach(member -> member.index().close());
    }
  }

  private void compact(Map<MatrixCell, Member> members, int pass) throws InterruptedException {
    if (!isWrittenOnce() && pass == run.matrix().repeats()) {
      awaitRest(members.values());
      storedEntries(members, MatrixFigure.STORED_ENTRIES_PER_LIVE_ENTRY);
    }
    for (Map.Entry<MatrixCell, Member> member : members.entrySet()) {
      step(member.getKey(), pass);
      member.getValue().index().compact();
    }
    StoredSizes compacted = stored();
    members.forEach((cell, member) -> cell.compacted(member.size(compacted), documents.entries()));
  }

  /** Each pass begins with another cell: none has the place after a pause every time. */
  private List<MatrixCell> inTurn(int pass) {
    List<MatrixCell> order = new ArrayList<>(cells);
    int step = Math.max(1, cells.size() / run.matrix().repeats());
    Collections.rotate(order, -pass * step);
    return order;
  }

  /** The index of a cell in one pass. */
  private record Member(String database, MeasuredIndex index) {
    /** What it takes: in the bucket, whose content is given, or on the heap. */
    MatrixCell.Size size(StoredSizes stored) {
      return index.heapBytes().isPresent()
          ? new MatrixCell.Size(0, index.heapBytes().getAsLong())
          : MatrixCell.Size.of(stored.of(database));
    }
  }

  private void write(Driver driver, Map<MatrixCell, Member> members, int pass)
      throws InterruptedException {
    if (isWrittenOnce()) {
      long[] to = seqnos();
      double drain = drain(to);
      for (Map.Entry<MatrixCell, Member> member : members.entrySet()) {
        MatrixCell cell = member.getKey();
        MeasuredIndex index = member.getValue().index();
        step(cell, pass);
        index.start();
        Written written = index.write(to, Arrival.STREAMED);
        cell.written(written);
        cell.add(
            MatrixFigure.OF_DRAIN,
            100 * written.changes() / (written.elapsed().toNanos() / 1e9) / drain);
        step(cell, pass);
        read(cell, index);
      }
    } else {
      members.values().forEach(member -> member.index().start());
      Map<MatrixCell, Written> sums = new LinkedHashMap<>();
      for (int round = 0; round < documents.rounds(); round++) {
        writeRound(driver);
        long[] to = seqnos();
        for (Map.Entry<MatrixCell, Member> member : members.entrySet()) {
          step(member.getKey(), pass);
          Written written = member.getValue().index().write(to, Arrival.COMPLETE);
          sums.merge(member.getKey(), written, Written::plus);
        }
      }
      sums.forEach(MatrixCell::written);
      storedEntries(members, MatrixFigure.STORED_ENTRIES_PER_LIVE_ENTRY_BUSY);
      drain(seqnos());
      for (Map.Entry<MatrixCell, Member> member : members.entrySet()) {
        step(member.getKey(), pass);
        read(member.getKey(), member.getValue().index());
      }
    }
  }

  /**
   * Waits, once for all of them, until partitions that have nothing to write have compacted what
   * they compact then, and have removed what that replaced.
   */
  private void awaitRest(Collection<Member> members) throws InterruptedException {
    long started = run.time().nanos();
    run.phases().at(shape.label() + ", at rest", 0, 0);
    run.time().sleepUntil(started + run.matrix().compactAfter().toNanos());
    long last = -1;
    long moved = run.time().nanos();
    long now = moved;
    while (now - moved < QUIET.toNanos()) {
      long operations = members.stream().mapToLong(member -> member.index().operations()).sum();
      if (operations != last) {
        last = operations;
        moved = now;
      }
      if (now - started > PATIENCE.toNanos()) {
        throw new PerfException("indexes do not come to rest: operations=" + operations);
      }
      run.time().sleepUntil(now + POLL.toNanos());
      now = run.time().nanos();
    }
  }

  private void storedEntries(Map<MatrixCell, Member> members, MatrixFigure figure)
      throws InterruptedException {
    StoredSizes now = stored();
    for (Map.Entry<MatrixCell, Member> member : members.entrySet()) {
      OptionalLong entries = member.getValue().index().storedEntries(now);
      if (entries.isPresent()) {
        member.getKey().add(figure, (double) entries.getAsLong() / documents.entries());
      }
    }
  }

  /** Channels with nothing in memory, and again; what was read is judged when the clock stands. */
  private void read(MatrixCell cell, MeasuredIndex index) throws InterruptedException {
    if (extent == Extent.WRITES) {
      return;
    }
    List<Integer> sample = documents.sample(CHANNELS_READ);
    try (IndexReader reader = index.read()) {
      long before = reader.operations();
      cell.add(MatrixFigure.COLD_READ_ENTRIES_PER_SECOND, rate(cell, reader, sample));
      cell.add(
          MatrixFigure.OPERATIONS_PER_COLD_READ,
          (double) (reader.operations() - before) / sample.size());
      CacheUse cold = reader.cacheUse();
      cell.add(MatrixFigure.CACHED_READ_ENTRIES_PER_SECOND, rate(cell, reader, sample));
      reader
          .cacheUse()
          .since(cold)
          .rate()
          .ifPresent(rate -> cell.add(MatrixFigure.CACHE_HIT_RATE, rate.value()));
    }
  }

  private double rate(MatrixCell cell, IndexReader reader, List<Integer> sample)
      throws InterruptedException {
    Map<Integer, List<Row>> read = new LinkedHashMap<>();
    long started = run.time().nanos();
    for (int channel : sample) {
      read.put(channel, reader.rows(documents.channel(channel)));
    }
    double seconds = (run.time().nanos() - started) / 1e9;
    read.forEach((channel, rows) -> cell.judged(documents.judge(channel, rows)));
    return read.values().stream().mapToLong(List::size).sum() / seconds;
  }

  /** Every channel, and the one that has everything; some at a time. */
  private void verify(MatrixCell cell, MeasuredIndex index) throws InterruptedException {
    try (IndexReader reader = index.read()) {
      for (int first = 0; first <= documents.channels(); first += READ_AT_ONCE) {
        int end = Math.min(first + READ_AT_ONCE, documents.channels() + 1);
        List<List<Row>> read =
            reader.rows(IntStream.range(first, end).mapToObj(documents::channel).toList());
        for (int i = 0; i < read.size(); i++) {
          cell.judged(documents.judge(first + i, read.get(i)));
        }
      }
    }
  }

  private void writeRound(Driver driver) throws InterruptedException {
    int version = ++versions;
    KeyValue data = run.session().documents();
    driver.each("load", documents.count(), i -> documents.write(i, version, store, data::revision));
  }

  private Positions dataNow() throws InterruptedException {
    try (ChangeFeed feed = run.session().changes(ChangeListener.NOBODY)) {
      return feed.positions();
    }
  }

  private long[] seqnos() throws InterruptedException {
    try (ChangeFeed feed = run.session().changes(ChangeListener.NOBODY)) {
      return feed.seqnos();
    }
  }

  /** Changes per second of the raw stream of the documents. */
  private double drain(long[] to) throws InterruptedException {
    DrainWatch watch = new DrainWatch();
    try (ChangeFeed feed = run.session().changes(watch)) {
      feed.streamBetween(dataBefore, to);
      feed.awaitEnd(PATIENCE);
    }
    double rate = watch.changes() * 1e9 / Math.max(1, watch.elapsed().toNanos());
    drains.add(rate);
    return rate;
  }

  private StoredSizes stored() throws InterruptedException {
    StoredSizes sizes = new StoredSizes();
    try (ChangeFeed feed = run.session().indexChanges(sizes)) {
      feed.streamBetween(indexBefore, feed.seqnos());
      feed.awaitEnd(PATIENCE);
    }
    return sizes;
  }

  private void removeIndexes(Driver driver) throws InterruptedException {
    List<String> keys = stored().keys(run.namespace().database());
    driver.each("clean up", keys.size(), i -> run.session().index().removeIfThere(keys.get(i)));
  }

  private void step(MatrixCell cell, int pass) {
    int passes = run.matrix().repeats() + 1;
    double share = (pass + (double) cells.indexOf(cell) / cells.size()) / passes;
    run.phases().at(shape.label() + ", pass " + pass + " of " + run.matrix().repeats(), share, 0);
  }
}
