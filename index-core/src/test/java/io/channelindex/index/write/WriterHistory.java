package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.Batching.Linger;
import io.channelindex.index.write.DataVbucket.Row;
import io.channelindex.index.write.IndexReading.Place;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layout;
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
  private static final PartitionMap MAP = new PartitionMap(6, 2);
  static final List<String> CHANNELS = List.of("a", "b", "c", "d", "lärm und \n");

  final Random random;
  final Layout layout;
  final Turns turns;
  final InMemoryIndexBucket bucket;
  final IndexKeys keys = new IndexKeys("db");
  final PartitionMap map = MAP;
  final Map<Integer, DataVbucket> data;
  final IndexReading reading;
  final List<Owner> owners = new ArrayList<>();
  private final IndexCheck check;
  private final Defect defect;
  final HistoryClients clients;
  private int names;
  int taken;
  int crashes;

  WriterHistory(long seed) {
    this(seed, Defect.NONE);
  }

  /** A history in which something is wrong that has to be noticed. */
  WriterHistory(long seed, Defect defect) {
    this(seed, defect, model());
  }

  /** Small commits, that wait for more in every way there is. */
  static Batching batching(Random random) {
    Batching small =
        Batching.DEFAULT
            .withChanges(1 + random.nextInt(20))
            .withBytes(1 << (10 + random.nextInt(4)))
            .withOperations(1 + random.nextInt(8));
    return switch (random.nextInt(3)) {
      case 0 -> small.withLinger(Linger.FIXED, Duration.ZERO);
      case 1 -> small.withLinger(Linger.FIXED, Duration.ofMillis(3));
      default ->
          small
              .withLinger(Linger.ADAPTIVE, Duration.ofMillis(4))
              .withPromise(1 + random.nextInt(3));
    };
  }

  private static Map<Integer, DataVbucket> model() {
    Map<Integer, DataVbucket> data = new TreeMap<>();
    for (int vbucket = MAP.first(PARTITION); vbucket <= MAP.last(PARTITION); vbucket++) {
      data.put(vbucket, new DataVbucket(vbucket));
    }
    return data;
  }

  private WriterHistory(long seed, Defect defect, Map<Integer, DataVbucket> data) {
    this.defect = defect;
    this.data = data;
    this.random = new Random(seed);
    this.layout = Layouts.all().get(Math.floorMod(seed, Layouts.all().size()));
    this.turns = new Turns(new Random(seed + 1));
    this.bucket = new InMemoryIndexBucket(turns);
    this.reading = new IndexReading(bucket::peek, keys, map, PARTITION, layout);
    check = new IndexCheck(CHANNELS, data, reading.stable());
    clients =
        new HistoryClients(
            turns,
            new Random(seed + 2),
            defect.reading(bucket, keys),
            keys,
            map,
            layout,
            defect::seen);
  }

  /** An owner, and the streams that feed it; an owner of the past is one that does not know. */
  final class Owner implements DocumentSource, DataStream.Surroundings {
    final Map<Integer, DataStream> streams = new TreeMap<>();
    final List<Integer> pending = new ArrayList<>();
    CompletableFuture<PartitionWriter> taking;
    int doneCalls;
    int changesTold;
    int stepsToLive = Integer.MAX_VALUE;

    Owner() {
      int block = 1024;
      WriterSettings settings =
          new WriterSettings(
              layout,
              BlockCoding.plain(),
              block,
              new Compacting(
                  random.nextInt(4),
                  Duration.ofMillis(random.nextInt(20)),
                  2 + random.nextInt(100)),
              batching(random),
              Duration.ofMillis(200),
              (partition, step) -> {
                if (stepsToLive-- <= 0) {
                  crashes++;
                  throw new IllegalStateException("crashed before " + step);
                }
              });
      taking =
          new PartitionWriters(
                  defect.writing(bucket, keys),
                  keys,
                  map,
                  this,
                  settings,
                  turns,
                  clients.commits(),
                  serial -> turns)
              .take(PARTITION)
              .toCompletableFuture();
    }

    @Override
    public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
      CompletableFuture<Optional<IndexedChange>> answer = new CompletableFuture<>();
      turns.execute(() -> answer.complete(defect.current(data.get(vbucket).current(documentId))));
      return answer;
    }

    @Override
    public String goneRevision(String documentId, String lastRevision) {
      return lastRevision.split("-", 2)[0] + "0-90e";
    }

    @Override
    public Random random() {
      return random;
    }

    @Override
    public Turns turns() {
      return turns;
    }

    @Override
    public void begins(DataVbucket source) {
      VbucketState state = reading.stable().vbucket(source.number());
      source.lostTraces |= state.rebuilding() || (state.position().seqno() == 0 && taken > 1);
    }

    @Override
    public void told() {
      changesTold++;
    }

    @Override
    public void letGo() {
      doneCalls++;
    }

    boolean isRunning() {
      return taking.isDone()
          && !taking.isCompletedExceptionally()
          && taking.join().status().state() == WriterStatus.State.RUNNING;
    }

    /** Compacts as far as it comes: an owner that cannot go on says so by its state. */
    void compact() {
      if (isRunning()) {
        var unused = taking.join().compact();
      }
    }

    /** Lets a stream go one step. */
    void feed(int vbucket) {
      if (isRunning()) {
        PartitionWriter writer = taking.join();
        streams
            .computeIfAbsent(
                vbucket, v -> new DataStream(this, data.get(v), writer, writer.positions().get(v)))
            .step();
      }
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

  void failSomeReads() {
    List<BucketFault.Action> actions =
        List.of(
            BucketFault.Action.FAIL,
            BucketFault.Action.TIME_OUT,
            BucketFault.Action.HOLD_ANSWER,
            BucketFault.Action.LOSE_ANSWER);
    bucket.inject(
        BucketFault.of(actions.get(random.nextInt(actions.size())))
            .on(Operation.GET)
            .withProbability(0.3, random)
            .times(1 + random.nextInt(20)));
  }

  /**
   * The owner is paused with its writes on the way. Another one takes the partition, perhaps undoes
   * lost history and goes on; then the old writes arrive, of an owner and a branch that do not
   * count any more (invariant 5).
   */
  void pauseOwner() {
    BucketFault late =
        bucket.inject(
            BucketFault.of(
                    random.nextBoolean() ? BucketFault.Action.HOLD : BucketFault.Action.DO_LATE)
                .on(Operation::isWrite));
    for (int i = random.nextInt(20); i > 0; i--) {
      current().feed(anyVbucket());
      turns.steps(random.nextInt(10));
    }
    late.stop();
    take();
    if (random.nextBoolean()) {
      Trouble.FAIL_OVER.strike(this);
    }
    write(anyVbucket(), random.nextInt(6));
    for (int i = random.nextInt(40); i > 0; i--) {
      current().feed(anyVbucket());
      turns.steps(random.nextInt(20));
    }
    bucket.release();
  }

  /** What readers see now is what the data service had at the stable clock. */
  void check() {
    StableDocument stable = reading.stable();
    check.progress(stable);
    check.compare(stable, channel -> reading.channel(channel, stable));
  }

  /** Without further trouble everything gets through. */
  void finish() {
    bucket.clearFaults();
    bucket.release();
    data.keySet().forEach(vbucket -> write(vbucket, 1));
    indexEverything();
    check();
    checkEnd();
    checkRebuilt();
    clients.assertKnow(data.values());
  }

  private void indexEverything() {
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
  }

  /**
   * A new index of the same data, of any layout, is the same, but that it does not know who was
   * purged.
   */
  private void checkRebuilt() {
    WriterHistory rebuilt = new WriterHistory(random.nextInt(100), Defect.NONE, data);
    rebuilt.indexEverything();
    for (String channel : check.channels()) {
      Map<Place, Row> fresh = rebuilt.reading.channel(channel, rebuilt.reading.stable());
      Map<Place, Row> rows = reading.channel(channel, reading.stable());
      assertThat(rows).as("a new index, channel=%s", channel).containsAllEntriesOf(fresh);
      rows.keySet().removeAll(fresh.keySet());
      assertThat(rows.values())
          .as("rows that a new index has not, channel=%s", channel)
          .noneMatch(row -> row.state() == EntryState.ACTIVE);
    }
  }

  private void close(Owner owner) {
    if (owner.taking.isDone() && !owner.taking.isCompletedExceptionally()) {
      owner.taking.join().close();
    }
  }

  boolean isFinished() {
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
    owners.forEach(owner -> owner.streams.values().forEach(DataStream::disconnect));
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
