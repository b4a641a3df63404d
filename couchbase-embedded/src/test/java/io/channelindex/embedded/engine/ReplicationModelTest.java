package io.channelindex.embedded.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.engine.Durability.Level;
import io.channelindex.embedded.engine.VBucket.Succession;
import io.channelindex.embedded.protocol.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Two or three copies of a vbucket, and all that can happen to them, at random: writes of every
 * durability, ranges that are cut off, crashes, failovers, takeovers, collections that come and go.
 * In the end copies are equal, and a consumer that went back at least as far as it was told to
 * knows exactly what is there; if never more than one copy was out of order, however often, no
 * acknowledged durable write is lost.
 */
class ReplicationModelTest {
  private static final int STEPS = 250;
  private static final List<Level> LEVELS = List.of(Level.values());

  @Property(tries = 400)
  void copiesConvergeAndConsumersFollow(@ForAll long seed) {
    Run run = new Run(new Random(seed), Disasters.IN_A_ROW);
    for (int step = 0; step < STEPS; step++) {
      run.step();
    }
    run.settle();
  }

  @Property(tries = 400)
  void durableWritesSurviveOneDisasterAtATime(@ForAll long seed) {
    Run run = new Run(new Random(seed), Disasters.ONE_AT_A_TIME);
    for (int step = 0; step < STEPS; step++) {
      run.step();
    }
    run.settle();
    run.assertAcknowledgedWritesAreThere();
  }

  /** Otherwise it would be taken to be up to date, and stay behind until the next write. */
  @Example
  void aReplicaThatIsPausedTwiceGoesBackToTheFirstPause() {
    Run run = new Run(new Random(1), Disasters.IN_A_ROW);
    VBucket replica = run.replicas().get(0);
    Bucket bucket = run.buckets.get(run.copies().indexOf(replica));
    bucket.pausePersistence();
    run.active.set(Key.of(0, "k"), Items.write("1"));
    Run.drain(run.feeds.get(replica));
    bucket.pausePersistence();

    bucket.crash();

    assertThat(replica.highSeqno()).isZero();
    assertThat(replica.standing().seqno()).isZero();
    run.settle();
  }

  private enum Disasters {
    IN_A_ROW,
    /** Between two of them all copies catch up, unless both happen to the same copy. */
    ONE_AT_A_TIME
  }

  /** A DCP client: it keeps every version that it is told of, and forgets what it is told to. */
  private static final class Consumer {
    private final List<Item> versions = new ArrayList<>();
    private final TreeSet<Long> whole = new TreeSet<>(Set.of(0L));
    private long vbuuid;
    private long seqno;
    private long snapshotStart;
    private long snapshotEnd;

    void consume(VBucket active, Random random) {
      FailoverLog log = active.position().failoverLog();
      log.rollback(
              new FailoverLog.Position(vbuuid, seqno, snapshotStart, snapshotEnd),
              active.highSeqno(),
              0,
              FailoverLog.UuidMatch.LENIENT_AT_ZERO)
          .ifPresent(this::rollBack);
      vbuuid = log.vbuuid();
      Snapshot snapshot = active.snapshotAfter(seqno, VBucket.View.EVERYTHING);
      if (snapshot == null) {
        return;
      }
      try (snapshot) {
        // In the middle of a snapshot, what is missing may lie anywhere in it.
        snapshotStart = seqno == snapshotEnd ? seqno : snapshotStart;
        snapshotEnd = snapshot.end();
        snapshot.read(1 + random.nextInt(6), Long.MAX_VALUE, this::take);
        if (snapshot.isExhausted()) {
          seqno = snapshot.end();
          whole.add(seqno);
        }
      }
    }

    private void take(Item item) {
      assertThat(item.seqno()).isGreaterThan(seqno);
      seqno = item.seqno();
      versions.add(item);
    }

    /** To the newest state that it had in whole: in between, what was replaced later is missing. */
    private void rollBack(long to) {
      assertThat(to).isLessThanOrEqualTo(seqno);
      long back = whole.floor(to);
      whole.tailSet(back, false).clear();
      versions.removeIf(item -> item.seqno() > back);
      seqno = back;
      snapshotStart = back;
      snapshotEnd = back;
    }

    Map<String, String> documents() {
      Map<String, String> documents = new TreeMap<>();
      for (Item item : versions) {
        if (item instanceof SystemEvent event) {
          if (event.type() == SystemEvent.Type.DROP_COLLECTION) {
            documents.keySet().removeIf(key -> key.startsWith(event.collection() + ":"));
          }
        } else if (item.isDeleted()) {
          documents.remove(Items.key(item));
        } else {
          documents.put(Items.key(item), Items.body(item));
        }
      }
      return documents;
    }
  }

  /** What a client was told of one of its durable writes. */
  private static final class Acknowledgement implements Durability.Outcome {
    private final String key;
    private final int number;
    private final Level level;
    private boolean committed;

    Acknowledgement(String key, int number, Level level) {
      this.key = key;
      this.number = number;
      this.level = level;
    }

    @Override
    public void committed() {
      committed = true;
    }

    @Override
    public void ambiguous() {
      assertThat(committed).isFalse();
    }
  }

  private static final class Run {
    private final Random random;
    private final Disasters disasters;
    private final int copies;
    private final BucketCollections collections = new BucketCollections();
    private final List<Bucket> buckets = new ArrayList<>();
    private final Map<VBucket, ReplicaFeed> feeds = new LinkedHashMap<>();
    private final List<Consumer> consumers = List.of(new Consumer(), new Consumer());
    private final List<Acknowledgement> acknowledgements = new ArrayList<>();
    private final List<Item> waiting = new ArrayList<>();
    private VBucket active;
    private @Nullable VBucket outOfOrder;
    private int writes;

    Run(Random random, Disasters disasters) {
      this.random = random;
      this.disasters = disasters;
      this.copies = 2 + random.nextInt(2);
      SettableClock clock = new SettableClock();
      BucketShape shape = new BucketShape(1, copies - 1, Long.MAX_VALUE);
      for (int copy = 0; copy < copies; copy++) {
        buckets.add(new Bucket("b", "0".repeat(32), shape, clock, collections, VBucketState.DEAD));
      }
      active = copies().get(0);
      active.activate(Succession.TAKEOVER);
      install();
    }

    private List<VBucket> copies() {
      return buckets.stream().map(bucket -> bucket.vbucket(0)).toList();
    }

    private List<VBucket> replicas() {
      return copies().stream().filter(copy -> copy != active).toList();
    }

    /** Makes the others follow the active copy. */
    private void install() {
      feeds.values().forEach(ReplicaFeed::close);
      feeds.clear();
      for (VBucket replica : replicas()) {
        replica.becomeReplica();
        feeds.put(replica, new ReplicaFeed(active, replica));
      }
      active.replicateTo(replicas());
    }

    void step() {
      int choice = random.nextInt(100);
      if (choice < 40) {
        write();
      } else if (choice < 75) {
        move(replicas().get(random.nextInt(copies - 1)));
      } else if (choice < 85) {
        consumers.get(random.nextInt(consumers.size())).consume(active, random);
      } else if (choice < 91) {
        persistence(buckets.get(random.nextInt(copies)));
      } else if (choice < 93 && !waiting.isEmpty()) {
        active.abort(waiting.remove(random.nextInt(waiting.size())));
      } else if (choice < 95) {
        collection();
      } else {
        disaster();
      }
    }

    private void disaster() {
      int choice = random.nextInt(5);
      VBucket victim = choice == 1 ? replicas().get(random.nextInt(copies - 1)) : active;
      if (disasters == Disasters.ONE_AT_A_TIME && outOfOrder != null && outOfOrder != victim) {
        recover();
      }
      outOfOrder = victim;
      switch (choice) {
        case 0, 1 -> crash(victim);
        case 2 -> failOver();
        case 3 -> takeOver();
        default -> crashAndFailOver();
      }
      if (disasters == Disasters.ONE_AT_A_TIME) {
        assertAcknowledgedWritesAreThere();
      }
    }

    /** Replicas have heard something of what the crash has left, or not. */
    private void crashAndFailOver() {
      crash(active);
      for (int moves = random.nextInt(6); moves > 0; moves--) {
        move(replicas().get(random.nextInt(copies - 1)));
      }
      failOver();
    }

    private void write() {
      List<CollectionsManifest.Collection> there =
          collections.manifest().collectionsOf(collections.manifest().requireScope("_default"));
      int collection = there.get(random.nextInt(there.size())).id();
      Key key = Key.of(collection, "k" + random.nextInt(5));
      Level level = LEVELS.get(random.nextInt(LEVELS.size()));
      int number = ++writes;
      Acknowledgement acknowledgement = new Acknowledgement(key.toString(), number, level);
      Durability durability =
          level == Level.NONE ? Durability.NONE : Durability.of(level, acknowledgement);
      try {
        Item item =
            random.nextInt(5) == 0
                ? active.delete(key, 0, durability)
                : active.set(key, Items.write(Integer.toString(number)).durability(durability));
        if (item.isPrepared()) {
          waiting.add(item);
          acknowledgements.add(acknowledgement);
        }
        assertThat(level == Level.NONE || item.isPrepared()).isTrue();
      } catch (StatusException refused) {
        assertThat(refused.status().name())
            .isIn("KEY_ENOENT", "SYNC_WRITE_IN_PROGRESS", "SYNC_WRITE_RE_COMMIT_IN_PROGRESS");
      }
    }

    private void move(VBucket replica) {
      ReplicaFeed feed = feeds.get(replica);
      switch (random.nextInt(8)) {
        case 0 -> feed.close();
        case 1, 2 -> feed.move(1 + random.nextInt(3), Long.MAX_VALUE);
        default -> {
          if (!feed.move(100, Long.MAX_VALUE)) {
            feed.close();
            feed.open();
          }
        }
      }
      feed.acknowledge();
    }

    /** Pauses it, also where it is paused already, or resumes it. */
    private void persistence(Bucket bucket) {
      if (bucket.isPersistencePaused() && random.nextBoolean()) {
        bucket.resumePersistence();
      } else {
        bucket.pausePersistence();
      }
    }

    private void collection() {
      String name = "c" + random.nextInt(2);
      CollectionsManifest manifest = collections.manifest();
      CollectionsManifest.Scope scope = manifest.requireScope("_default");
      CollectionsManifest.Collection there = manifest.collection(scope, name);
      if (there == null) {
        buckets.get(0).createCollection("_default", name, 0);
      } else {
        buckets.get(0).dropCollection("_default", name);
        acknowledgements.removeIf(write -> write.key.startsWith(there.id() + ":"));
      }
    }

    private void crash(VBucket copy) {
      Bucket bucket = buckets.get(copies().indexOf(copy));
      if (copy == active && bucket.isPersistencePaused()) {
        // Nobody takes over: what only memory had is gone, however many memories had it.
        acknowledgements.removeIf(write -> write.level == Level.MAJORITY);
      }
      bucket.crash();
    }

    private void failOver() {
      VBucket dead = active;
      feeds.values().forEach(ReplicaFeed::close);
      dead.deactivate();
      active = replicas().stream().reduce(Run::moreAdvanced).orElseThrow();
      active.activate(Succession.FAILOVER);
      dead.discard();
      install();
    }

    private static VBucket moreAdvanced(VBucket one, VBucket other) {
      return other.standing().isAheadOf(one.standing()) ? other : one;
    }

    private void takeOver() {
      VBucket before = active;
      VBucket heir = replicas().get(random.nextInt(copies - 1));
      // A move waits for a disk that stands still.
      buckets.get(copies().indexOf(heir)).resumePersistence();
      before.handOver();
      ReplicaFeed last = feeds.get(heir);
      last.close();
      drain(last);
      heir.activate(Succession.TAKEOVER);
      assertThat(heir.vbuuid()).isEqualTo(before.vbuuid());
      assertThat(heir.highSeqno()).isGreaterThanOrEqualTo(before.highSeqno());
      active = heir;
      install();
    }

    private static void drain(ReplicaFeed feed) {
      while (feed.open()) {
        boolean more = true;
        while (more) {
          more = feed.move(3, Long.MAX_VALUE);
        }
      }
      feed.acknowledge();
    }

    private void recover() {
      buckets.forEach(Bucket::resumePersistence);
      // What is committed for an acknowledgement has to move, too.
      for (int round = 0; round < 3; round++) {
        feeds.values().forEach(ReplicaFeed::close);
        feeds.values().forEach(Run::drain);
      }
    }

    void settle() {
      recover();
      for (VBucket replica : replicas()) {
        assertThat(state(replica)).isEqualTo(state(active));
        assertThat(replica.standing().seqno()).isEqualTo(active.highSeqno());
      }
      for (Consumer consumer : consumers) {
        while (consumer.seqno < active.highSeqno(VBucket.View.EVERYTHING)
            || consumer.vbuuid != active.vbuuid()) {
          consumer.consume(active, random);
        }
        assertThat(consumer.documents()).isEqualTo(documents(active));
      }
    }

    /** Each is the newest version of its key, or older than it; or it is committed anew. */
    void assertAcknowledgedWritesAreThere() {
      Map<String, Integer> newest = new HashMap<>();
      for (Item item : items(active)) {
        if (item.kind() == Item.Kind.DOCUMENT) {
          newest.put(Items.key(item), Integer.parseInt(Items.body(item)));
        } else if (item.isDeleted()) {
          newest.put(Items.key(item), Integer.MAX_VALUE);
        }
      }
      for (Acknowledgement write : acknowledgements) {
        if (write.committed && !isUndecided(write.key)) {
          assertThat(newest.getOrDefault(write.key, 0))
              .as("write %s of %s with %s", write.number, write.key, write.level)
              .isGreaterThanOrEqualTo(write.number);
        }
      }
    }

    private boolean isUndecided(String key) {
      String[] parts = key.split(":", 2);
      try {
        active.get(Key.of(Integer.parseInt(parts[0]), parts[1]));
        return false;
      } catch (StatusException e) {
        return e.status() == Status.SYNC_WRITE_RE_COMMIT_IN_PROGRESS;
      }
    }

    private static List<Item> items(VBucket copy) {
      List<Item> items = new ArrayList<>();
      Snapshot snapshot = copy.snapshotAfter(0, VBucket.View.EVERYTHING);
      if (snapshot != null) {
        try (snapshot) {
          snapshot.read(Integer.MAX_VALUE, Long.MAX_VALUE, items::add);
        }
      }
      return items;
    }

    private static Map<String, String> documents(VBucket copy) {
      Map<String, String> documents = new TreeMap<>();
      for (Item item : items(copy)) {
        if (item.kind() == Item.Kind.DOCUMENT) {
          documents.put(Items.key(item), Items.body(item));
        }
      }
      return documents;
    }

    /** All that a client could ever find out about a copy. */
    private static List<String> state(VBucket copy) {
      List<String> state = new ArrayList<>();
      state.add(copy.position().failoverLog() + " high=" + copy.highSeqno());
      state.add("documents=" + copy.position().documents());
      for (int collection = 0; collection < 30; collection++) {
        state.add(collection + " at " + copy.highSeqno(collection));
      }
      for (Item item : items(copy)) {
        state.add(
            "%s %s key=%s value=%s cas=%x revision=%d expiry=%d"
                .formatted(
                    item.seqno(),
                    item.kind(),
                    Items.key(item),
                    item.kind() == Item.Kind.SYSTEM_EVENT
                        ? Arrays.toString(item.value())
                        : new String(item.value(), UTF_8),
                    item.cas(),
                    item.revision(),
                    item.expiry()));
      }
      return state;
    }
  }
}
