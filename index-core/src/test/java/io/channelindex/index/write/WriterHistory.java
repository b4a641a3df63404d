package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.Batching.Linger;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One random history of a partition: documents are written, moved and deleted, the data service
 * fails over, purges and is flushed, the index bucket fails and loses answers, owners crash, are
 * paused and come back; and all the time readers look.
 */
final class WriterHistory {
  static final int PARTITION = 1;
  private static final PartitionMap MAP = new PartitionMap(6, 2);

  final Random random;
  final Layout layout;
  final BlockCoding coding;
  final Turns turns;
  final InMemoryIndexBucket bucket;
  final IndexKeys keys = new IndexKeys("db");
  final PartitionMap map = MAP;
  final SortedMap<Integer, DataVbucket> data;
  final IndexReading reading;
  final List<HistoryOwner> owners = new ArrayList<>();
  private final IndexCheck check;
  final Defect defect;
  final RandomDocuments documents;
  private final Evidence evidence = new Evidence();
  final HistoryClients clients;
  int taken;
  int crashes;

  WriterHistory(long seed) {
    this(seed, Defect.NONE);
  }

  /** A history in which something is wrong that has to be noticed. */
  WriterHistory(long seed, Defect defect) {
    this(seed, defect, model(seed));
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

  /** In some of the histories, of each layout and coding alike, the log forgets branches. */
  private static int logLimit(long seed) {
    return seed % 5 < 2 ? 3 : DataVbucket.LOG_LIMIT;
  }

  private static SortedMap<Integer, DataVbucket> model(long seed) {
    SortedMap<Integer, DataVbucket> data = new TreeMap<>();
    for (int vbucket = MAP.first(PARTITION); vbucket <= MAP.last(PARTITION); vbucket++) {
      data.put(vbucket, new DataVbucket(vbucket, logLimit(seed)));
    }
    return data;
  }

  private WriterHistory(long seed, Defect defect, SortedMap<Integer, DataVbucket> data) {
    this.defect = defect;
    this.data = data;
    this.random = new Random(seed);
    this.documents = new RandomDocuments(random, data, 40);
    int layouts = Layouts.all().size();
    this.layout = Layouts.all().get(Math.floorMod(seed, layouts));
    this.coding = Codings.nth(Math.floorDiv(seed, layouts));
    this.turns = new Turns(new Random(seed + 1));
    this.bucket = new InMemoryIndexBucket(turns);
    this.reading = new IndexReading(bucket::peek, keys, map, PARTITION, layout);
    check = new IndexCheck(RandomDocuments.CHANNELS, data, reading.stable());
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

  HistoryOwner current() {
    return owners.isEmpty() ? null : owners.get(owners.size() - 1);
  }

  void take() {
    owners.add(new HistoryOwner(this));
    taken++;
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
      current().feed(documents.anyVbucket());
      turns.steps(random.nextInt(10));
    }
    late.stop();
    take();
    if (random.nextBoolean()) {
      Trouble.FAIL_OVER.strike(this);
    }
    documents.write(documents.anyVbucket(), random.nextInt(6));
    for (int i = random.nextInt(40); i > 0; i--) {
      current().feed(documents.anyVbucket());
      turns.steps(random.nextInt(20));
    }
    bucket.release();
  }

  /** What readers see now is what the data service had at the stable clock. */
  void check() {
    StableDocument stable = reading.stable();
    check.progress(stable);
    evidence.compared(check.compare(stable, channel -> reading.channel(channel, stable)));
  }

  /**
   * Without further trouble everything gets through.
   *
   * @return what there was to see
   */
  Evidence finish() {
    bucket.clearFaults();
    bucket.release();
    data.keySet().forEach(vbucket -> documents.write(vbucket, 1));
    indexEverything();
    check();
    checkEnd();
    checkRebuilt();
    clients.assertKnow(data.values());
    evidence.ended(clients.told(), clients.handedOver());
    return evidence;
  }

  private void indexEverything() {
    for (int round = 0; !isFinished(); round++) {
      assertThat(round).as("rounds until everything is indexed: %s", this).isLessThan(5_000);
      if (owners.isEmpty() || current().hasStopped()) {
        take();
      }
      current().stepsToLive = Integer.MAX_VALUE;
      data.keySet().forEach(current()::feed);
      turns.steps(20);
    }
    owners.forEach(HistoryOwner::close);
    turns.untilQuiet();
  }

  /** Against a new index of any layout. */
  private void checkRebuilt() {
    WriterHistory rebuilt = new WriterHistory(random.nextInt(100), Defect.NONE, data);
    rebuilt.indexEverything();
    for (String channel : check.channels()) {
      IndexCheck.compareWithNew(
          channel,
          reading.channel(channel, reading.stable()),
          rebuilt.reading.channel(channel, rebuilt.reading.stable()));
    }
  }

  boolean isFinished() {
    StableDocument stable = reading.stable();
    return data.values().stream()
        .allMatch(source -> source.isIndexed(stable.vbucket(source.number())));
  }

  private void checkEnd() {
    for (HistoryOwner owner : owners) {
      owner.streams.assertAllLetGo();
    }
    StableDocument stable = reading.stable();
    for (String channel : RandomDocuments.CHANNELS) {
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
    return RandomDocuments.CHANNELS.stream()
        .filter(channel -> bucket.peek(keys.head(channel, PARTITION)) != null)
        .toList();
  }

  /** One random thing happens. */
  void act(Set<Trouble> troubles) {
    switch (random.nextInt(14)) {
      case 0, 1 -> documents.write(documents.anyVbucket(), 1 + random.nextInt(10));
      case 2, 3, 4, 5, 6, 7 -> feedSome();
      case 8 -> turns.steps(random.nextInt(60));
      case 9 -> check();
      case 10, 11 -> clients.read();
      default -> {
        Trouble[] possible = troubles.toArray(Trouble[]::new);
        if (possible.length > 0 && random.nextInt(3) == 0) {
          Trouble trouble = possible[random.nextInt(possible.length)];
          trouble.strike(this);
          evidence.struck(trouble);
        }
      }
    }
    if (owners.isEmpty() || current().hasStopped()) {
      take();
    }
  }

  private void feedSome() {
    for (int i = random.nextInt(15); i > 0; i--) {
      current().feed(documents.anyVbucket());
    }
    if (owners.size() > 1 && random.nextBoolean()) {
      // One who has not heard yet that somebody else took over.
      owners.get(random.nextInt(owners.size())).feed(documents.anyVbucket());
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
    int vbucket = documents.anyVbucket();
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
        source.write(id, Optional.of(documents.someChannels()));
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
    owners.forEach(owner -> owner.streams.disconnectAll());
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    StableDocument stable = reading.stable();
    data.forEach(
        (vbucket, source) ->
            text.append(source)
                .append(", state=")
                .append(stable.vbucket(vbucket))
                .append(", stream=")
                .append(current() == null ? null : current().streams.get(vbucket))
                .append('\n'));
    return text.toString();
  }
}
