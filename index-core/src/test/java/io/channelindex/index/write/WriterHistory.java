package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.DataVbucket.Row;
import io.channelindex.index.write.DataVbucket.Version;
import io.channelindex.index.write.IndexReading.Place;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One random history of a partition: documents are written, moved and deleted, the data service
 * fails over, purges and is flushed, the index bucket fails and loses answers, owners crash, are
 * paused and come back; and all the time readers look.
 */
final class WriterHistory {
  static final int PARTITION = 1;
  static final List<String> CHANNELS = List.of("a", "b", "c", "d", "lärm und \n");

  final Random random;
  final Turns turns;
  final InMemoryIndexBucket bucket;
  final IndexKeys keys = new IndexKeys("db");
  final PartitionMap map = new PartitionMap(6, 2);
  final Map<Integer, DataVbucket> data = new TreeMap<>();
  final IndexReading reading;
  final List<Owner> owners = new ArrayList<>();
  private final Map<String, Map<Place, Row>> followed = new TreeMap<>();
  private StableDocument lastSeen;
  final HistoryClients clients;
  private int names;
  int taken;
  int crashes;

  WriterHistory(long seed) {
    this.random = new Random(seed);
    this.turns = new Turns(new Random(seed + 1));
    this.bucket = new InMemoryIndexBucket(turns);
    this.reading = new IndexReading(bucket, keys, map, PARTITION);
    for (int vbucket = map.first(PARTITION); vbucket <= map.last(PARTITION); vbucket++) {
      data.put(vbucket, new DataVbucket(vbucket));
    }
    lastSeen = reading.stable();
    clients = new HistoryClients(turns, new Random(seed + 2), bucket, keys, map);
  }

  /** An owner, and the streams that feed it; an owner of the past is one that does not know. */
  final class Owner implements DocumentSource {
    final Map<Integer, Stream> streams = new TreeMap<>();
    final List<Integer> pending = new ArrayList<>();
    CompletableFuture<PartitionWriter> taking;
    int doneCalls;
    int changesTold;
    int stepsToLive = Integer.MAX_VALUE;

    Owner() {
      int block = 1024;
      WriterSettings settings =
          new WriterSettings(
              Layouts.DENSE,
              block,
              1 + random.nextInt(12),
              random.nextInt(3) == 0 ? Duration.ofMillis(3) : Duration.ZERO,
              Duration.ofMillis(200),
              (partition, step) -> {
                if (stepsToLive-- <= 0) {
                  crashes++;
                  throw new IllegalStateException("crashed before " + step);
                }
              });
      taking =
          new PartitionWriters(
                  bucket, keys, map, this, settings, turns, clients.commits(), serial -> turns)
              .take(PARTITION)
              .toCompletableFuture();
    }

    @Override
    public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
      CompletableFuture<Optional<IndexedChange>> answer = new CompletableFuture<>();
      turns.execute(() -> answer.complete(data.get(vbucket).current(documentId)));
      return answer;
    }

    @Override
    public String goneRevision(String documentId, String lastRevision) {
      return lastRevision.split("-", 2)[0] + "0-90e";
    }

    boolean isRunning() {
      return taking.isDone()
          && !taking.isCompletedExceptionally()
          && taking.join().status().state() == WriterStatus.State.RUNNING;
    }

    /** Lets a stream go one step. */
    void feed(int vbucket) {
      if (isRunning()) {
        PartitionWriter writer = taking.join();
        streams
            .computeIfAbsent(vbucket, v -> new Stream(this, v, writer, writer.positions().get(v)))
            .step();
      }
    }
  }

  /** A stream of one vbucket, as DCP and the client make it. */
  final class Stream {
    private final Owner owner;
    private final int vbucket;
    private final DataVbucket source;
    private final PartitionWriter writer;
    private StreamPosition position;
    private boolean open;
    private boolean rollingBack;
    private DataVbucket.Snapshot snapshot;
    private int next;
    private List<?> openLog = List.of();

    Stream(Owner owner, int vbucket, PartitionWriter writer, StreamPosition position) {
      this.owner = owner;
      this.vbucket = vbucket;
      this.source = data.get(vbucket);
      this.writer = writer;
      this.position = position;
      mayTellOfTheGone();
    }

    void step() {
      if (rollingBack) {
        return;
      }
      boolean purgedAway = snapshot == null && source.rollbackOf(position).isPresent();
      if (purgedAway || !openLog.equals(source.log())) {
        open = false;
      }
      if (!open) {
        open();
      } else if (snapshot == null) {
        if (position.seqno() < source.high()) {
          boolean middle = !position.isConsistent();
          snapshot =
              source.snapshotAfter(
                  position.seqno(), middle ? position.snapshotStart() : position.seqno());
          next = 0;
          writer.snapshot(vbucket, snapshot.start(), snapshot.end());
        }
      } else {
        deliver();
      }
    }

    @Override
    public String toString() {
      return "position=" + position + ", open=" + open + ", rollingBack=" + rollingBack;
    }

    void disconnect() {
      open = false;
      snapshot = null;
    }

    private void open() {
      snapshot = null;
      Optional<Long> to = source.rollbackOf(position);
      if (to.isPresent()) {
        rollingBack = true;
        writer
            .rollback(vbucket, to.get(), source.log())
            .whenComplete(
                (from, failure) -> {
                  if (failure == null) {
                    mayTellOfTheGone();
                    position = from;
                    rollingBack = false;
                  }
                });
        return;
      }
      openLog = source.log();
      open = true;
      writer.opened(vbucket, source.log());
    }

    /** A rebuild tells of documents that a new index would never have known. */
    private void mayTellOfTheGone() {
      VbucketState state = reading.stable().vbucket(vbucket);
      source.lostTraces |= state.rebuilding() || (state.position().seqno() == 0 && taken > 1);
    }

    private void deliver() {
      if (next < snapshot.versions().size()) {
        Version version = snapshot.versions().get(next++);
        tell(version.seqno(), Optional.of(source.change(version)));
        reached(version.seqno());
      } else {
        // A purged or filtered item at the end.
        if (position.seqno() < snapshot.end()) {
          writer.advanced(vbucket, snapshot.end());
          reached(snapshot.end());
        }
        snapshot = null;
      }
      if (snapshot != null && position.seqno() == snapshot.end()) {
        snapshot = null;
      }
    }

    private void reached(long seqno) {
      position =
          new StreamPosition(source.log().get(0).vbuuid(), seqno, snapshot.start(), snapshot.end());
    }

    private void tell(long seqno, Optional<IndexedChange> change) {
      owner.changesTold++;
      CompletableFuture<Optional<IndexedChange>> stage = new CompletableFuture<>();
      switch (random.nextInt(6)) {
        case 0 -> turns.execute(() -> stage.complete(change));
        case 1 -> turns.after(Duration.ofMillis(1), () -> stage.complete(change));
        default -> stage.complete(change);
      }
      writer.change(vbucket, seqno, stage, () -> owner.doneCalls++);
    }
  }

  Owner current() {
    return owners.isEmpty() ? null : owners.get(owners.size() - 1);
  }

  void take() {
    owners.add(new Owner());
    taken++;
  }

  void write(int vbucket, int count) {
    DataVbucket into = data.get(vbucket);
    for (int i = 0; i < count; i++) {
      // A document never changes its vbucket.
      String id = "doc" + vbucket + "-" + random.nextInt(1 + names % 40);
      if (random.nextInt(3) == 0 || into.isPurged(id)) {
        id = "new" + vbucket + "-" + names++;
      }
      Optional<Set<String>> channels =
          random.nextInt(6) == 0 ? Optional.empty() : Optional.of(someChannels());
      into.write(id, channels);
    }
  }

  private Set<String> someChannels() {
    Set<String> channels = new TreeSet<>();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      channels.add(CHANNELS.get(random.nextInt(CHANNELS.size())));
    }
    return channels;
  }

  int anyVbucket() {
    return map.first(PARTITION) + random.nextInt(map.size(PARTITION));
  }

  void injectFault() {
    BucketFault.Action[] actions = BucketFault.Action.values();
    bucket.inject(
        BucketFault.of(actions[random.nextInt(actions.length)])
            .after(random.nextInt(10))
            .times(1 + random.nextInt(4)));
  }

  /** What readers see now is what the data service had at the stable clock. */
  void check() {
    StableDocument stable = reading.stable();
    checkProgress(stable);
    Set<String> channels = new TreeSet<>(CHANNELS);
    channels.add(Batch.EVERYTHING);
    Set<String> touched = touchedSince(lastSeen, stable, channels);
    for (String channel : channels) {
      Map<Place, Row> rows = reading.channel(channel, stable);
      for (int vbucket : data.keySet()) {
        check(channel, vbucket, stable.vbucket(vbucket), rows);
      }
      if (touched.contains(channel)) {
        followed.put(channel, rows);
      }
      assertThat(followed.getOrDefault(channel, Map.of()))
          .as("a reader that trusts the ring of commits, channel=%s", channel)
          .isEqualTo(rows);
    }
    lastSeen = stable;
  }

  private void checkProgress(StableDocument stable) {
    assertThat(stable.epoch()).isGreaterThanOrEqualTo(lastSeen.epoch());
    assertThat(stable.commit()).isGreaterThanOrEqualTo(lastSeen.commit());
    assertThat(stable.recent().size()).isLessThanOrEqualTo(64);
    for (int vbucket : data.keySet()) {
      VbucketState before = lastSeen.vbucket(vbucket);
      VbucketState now = stable.vbucket(vbucket);
      if (now.history().current() == before.history().current()) {
        assertThat(now.stable()).as("vbucket=%s", vbucket).isGreaterThanOrEqualTo(before.stable());
      }
    }
  }

  private static Set<String> touchedSince(
      StableDocument before, StableDocument now, Set<String> channels) {
    long missed = now.commit() - before.commit();
    if (missed > now.recent().size()) {
      return channels;
    }
    Set<String> touched = new TreeSet<>();
    for (Touched commit : now.recent().subList(0, (int) missed)) {
      for (String channel : channels) {
        if (commit.all() || commit.channels().contains(IndexKeys.channelHash(channel))) {
          touched.add(channel);
        }
      }
    }
    return touched;
  }

  private void check(String channel, int vbucket, VbucketState state, Map<Place, Row> rows) {
    DataVbucket source = data.get(vbucket);
    if (source.wasLeftAtStart(state.history().current(), state.stable())) {
      // What is restored now is what yet another rollback, which has to come, will have left.
      return;
    }
    Map<String, Row> expected = new TreeMap<>();
    if (state.stable() > 0) {
      source
          .latest(state.history().current(), state.stable())
          .forEach(
              (id, version) -> {
                if (version.rows().containsKey(channel)) {
                  expected.put(id, version.rows().get(channel));
                }
              });
    }
    Map<String, Row> actual = new TreeMap<>();
    rows.forEach(
        (place, row) -> {
          if (place.vbucket() == vbucket) {
            actual.put(place.id(), row);
          }
        });
    // Where a rollback went back to, states may be lost that were replaced since; their documents
    // have newer ones, which the stream brings.
    Set<String> replaced = source.replacedSinceRollback(state.history().current(), state.stable());
    expected.keySet().removeAll(replaced);
    actual.keySet().removeAll(replaced);
    if (source.lostTraces) {
      // Who left without a trace may be told or not, but must not be there.
      expected.keySet().removeIf(source::isPurged);
      actual.keySet().removeIf(source::isPurged);
      actual
          .entrySet()
          .removeIf(
              row ->
                  row.getValue().state() != EntryState.ACTIVE
                      && !expected.containsKey(row.getKey()));
    }
    assertThat(actual)
        .as("channel=%s, vbucket=%s, state=%s", channel, vbucket, state)
        .isEqualTo(expected);
  }

  /** Without further trouble everything gets through. */
  void finish() {
    bucket.clearFaults();
    bucket.release();
    data.keySet().forEach(vbucket -> write(vbucket, 1));
    for (int round = 0; !isFinished(); round++) {
      assertThat(round).as("rounds until everything is indexed: %s", this).isLessThan(5_000);
      if (owners.isEmpty() || (current().taking.isDone() && !current().isRunning())) {
        take();
      }
      current().stepsToLive = Integer.MAX_VALUE;
      data.keySet().forEach(current()::feed);
      turns.steps(20);
    }
    owners.forEach(this::close);
    turns.untilQuiet();
    check();
    checkEnd();
    clients.assertKnow(data.values());
  }

  private void close(Owner owner) {
    if (owner.taking.isDone() && !owner.taking.isCompletedExceptionally()) {
      owner.taking.join().close();
    }
  }

  private boolean isFinished() {
    StableDocument stable = reading.stable();
    return data.entrySet().stream()
        .allMatch(
            entry -> {
              VbucketState state = stable.vbucket(entry.getKey());
              return state.stable() == entry.getValue().high()
                  && state.history().current() == entry.getValue().log().get(0).vbuuid()
                  && !state.rebuilding();
            });
  }

  private void checkEnd() {
    for (Owner owner : owners) {
      assertThat(owner.doneCalls).as("every change is let go once").isEqualTo(owner.changesTold);
    }
    StableDocument stable = reading.stable();
    for (String channel : CHANNELS) {
      reading
          .channel(channel, stable)
          .forEach(
              (place, row) -> {
                if (data.get(place.vbucket()).isPurged(place.id())) {
                  assertThat(row.state())
                      .as("purged: %s, %s, %s", channel, place, row)
                      .isNotEqualTo(EntryState.ACTIVE);
                }
              });
    }
    assertThat(reading.registered()).containsAll(channelsWithHead());
  }

  private List<String> channelsWithHead() {
    return CHANNELS.stream()
        .filter(channel -> bucket.peek(keys.head(channel, PARTITION)) != null)
        .toList();
  }

  /** One random thing happens. */
  void act(Set<Trouble> troubles) {
    switch (random.nextInt(14)) {
      case 0, 1 -> write(anyVbucket(), 1 + random.nextInt(10));
      case 2, 3, 4, 5, 6, 7 -> feedSome();
      case 8 -> turns.steps(random.nextInt(60));
      case 9 -> check();
      case 10, 11 -> clients.read();
      default -> {
        Trouble[] possible = troubles.toArray(Trouble[]::new);
        if (possible.length > 0 && random.nextInt(3) == 0) {
          possible[random.nextInt(possible.length)].strike(this);
        }
      }
    }
    if (owners.isEmpty() || (current().taking.isDone() && !current().isRunning())) {
      take();
    }
  }

  private void feedSome() {
    for (int i = random.nextInt(15); i > 0; i--) {
      current().feed(anyVbucket());
    }
    if (owners.size() > 1 && random.nextBoolean()) {
      // One who has not heard yet that somebody else took over.
      owners.get(random.nextInt(owners.size())).feed(anyVbucket());
    }
    turns.steps(random.nextInt(30));
  }

  /** Lets the stream of a vbucket go on until everything is indexed. */
  void settle(int vbucket) {
    for (int round = 0; reading.stable().vbucket(vbucket).stable() < data.get(vbucket).high(); ) {
      assertThat(round++).as("rounds until everything is indexed: %s", this).isLessThan(5_000);
      current().feed(vbucket);
      turns.untilQuiet();
    }
  }

  /** A vbucket loses what clients were told, is written again, and loses that before long. */
  void failOverTwice() {
    int vbucket = anyVbucket();
    DataVbucket source = data.get(vbucket);
    long to = source.high() - random.nextInt(1 + (int) source.high() / 2);
    readAndFeed(vbucket, 2 + random.nextInt(8));
    Set<String> lost = new TreeSet<>();
    source.latest(source.high()).values().stream()
        .filter(version -> version.seqno() > to && !source.isPurged(version.id()))
        .forEach(version -> lost.add(version.id()));
    source.failOver(to);
    disconnectAll();
    for (String id : lost) {
      if (random.nextBoolean()) {
        source.write(id, Optional.of(someChannels()));
      }
    }
    readAndFeed(vbucket, 1 + random.nextInt(3));
    source.failOver(to + random.nextLong(1 + source.high() - to));
    disconnectAll();
  }

  private void readAndFeed(int vbucket, int times) {
    for (int i = 0; i < times; i++) {
      current().feed(vbucket);
      turns.steps(random.nextInt(100));
      clients.read();
      turns.steps(random.nextInt(100));
    }
  }

  void disconnectAll() {
    owners.forEach(owner -> owner.streams.values().forEach(Stream::disconnect));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    StableDocument stable = reading.stable();
    data.forEach(
        (vbucket, source) ->
            text.append(vbucket)
                .append(": high=")
                .append(source.high())
                .append(", log=")
                .append(source.log())
                .append(", state=")
                .append(stable.vbucket(vbucket))
                .append(", stream=")
                .append(current() == null ? null : current().streams.get(vbucket))
                .append('\n'));
    return text.toString();
  }
}
