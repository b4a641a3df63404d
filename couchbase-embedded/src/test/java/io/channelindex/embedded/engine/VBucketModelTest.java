package io.channelindex.embedded.engine;

import static io.channelindex.embedded.engine.Items.write;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.engine.VBucketModel.Refusal;
import io.channelindex.embedded.engine.VBucketModel.Version;
import io.channelindex.embedded.protocol.Status;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Every operation of a vbucket, at random, beside a model that keeps all versions in a list. */
class VBucketModelTest {
  private static final int STEPS = 300;

  @Property(tries = 150)
  void equalsTheModel(@ForAll long seed) {
    Run run = new Run(new Random(seed));
    for (int step = 0; step < STEPS; step++) {
      run.step();
      run.check();
    }
    run.finish();
  }

  /** A snapshot that is being read, and what it must show. */
  private static final class Reader {
    private final Snapshot snapshot;
    private final Deque<Version> expected;
    private final long purged;
    private boolean cut;

    Reader(Snapshot snapshot, Collection<Version> expected, long purged) {
      this.snapshot = snapshot;
      this.expected = new ArrayDeque<>(expected);
      this.purged = purged;
    }

    void read(int items, long bytes) {
      snapshot.read(items, bytes, this::check);
      if (snapshot.isExhausted() && !cut) {
        assertThat(expected).isEmpty();
      }
    }

    private void check(Item item) {
      assertThat(cut).isFalse();
      assertThat(expected).as("unexpected %s", item).isNotEmpty();
      boolean purgedButKeptForAnother =
          item.isDeleted() && item.seqno() <= purged && item.seqno() < expected.element().seqno();
      if (!purgedButKeptForAnother) {
        assertVersion(item, expected.remove());
      }
    }
  }

  private static void assertVersion(Item item, Version version) {
    assertThat(item.seqno()).isEqualTo(version.seqno());
    assertThat(item.kind()).isEqualTo(version.kind());
    if (item.kind() == Item.Kind.SYSTEM_EVENT) {
      assertThat(item.collection() + ":event").isEqualTo(version.key());
      return;
    }
    assertThat(Items.key(item)).isEqualTo(version.key());
    assertThat(Items.body(item)).isEqualTo(version.body());
    assertThat(item.expiry()).isEqualTo(version.expiry());
    assertThat(item.revision()).isEqualTo(version.revision());
  }

  private static final class Run {
    private final Random random;
    private final SettableClock clock = new SettableClock();
    private final Bucket bucket = new Bucket("b", "0".repeat(32), 1, clock);
    private final VBucket vbucket = bucket.vbucket(0);
    private final VBucketModel model = new VBucketModel();
    private final List<Reader> readers = new ArrayList<>();
    private final List<Integer> created = new ArrayList<>(List.of(0));
    private long maxCas;
    private long lastVbuuid;
    private boolean collectionsChangedSincePause;

    Run(Random random) {
      this.random = random;
      this.lastVbuuid = vbucket.vbuuid();
    }

    void step() {
      model.now = clock.seconds();
      switch (random.nextInt(24)) {
        case 0 -> clock.advance(Duration.ofMillis(random.nextInt(5000) - 500));
        case 1 -> expire();
        case 2 -> purge();
        case 3 -> changeCollections();
        case 4, 5, 6 -> openReader();
        case 7, 8, 9 -> useReader();
        case 10 -> changePersistence();
        case 11 -> changeLife();
        default -> operate();
      }
    }

    /** In which order documents expire is up to the vbucket. */
    private void expire() {
      Set<String> expected = model.expired();
      assertThat(bucket.expire()).isEqualTo(expected.size());
      List<String> order = new ArrayList<>();
      Snapshot news = vbucket.snapshotAfter(model.high, VBucket.View.EVERYTHING);
      if (news != null) {
        try (news) {
          news.read(100, Long.MAX_VALUE, item -> order.add(Items.key(item)));
        }
      }
      assertThat(order).containsExactlyInAnyOrderElementsOf(expected);
      order.forEach(key -> model.bury(key, Item.Kind.EXPIRATION));
    }

    private void purge() {
      int age = random.nextInt(3);
      assertThat(bucket.purgeTombstones(Duration.ofSeconds(age)))
          .isEqualTo(model.purge(clock.seconds() - age));
    }

    private void changeCollections() {
      if (random.nextBoolean() || created.size() == 1) {
        int id = 7 + created.size();
        bucket.createCollection("_default", "c" + id, 0);
        created.add(id);
        model.createCollection(id);
        collectionsChangedSincePause = true;
      } else {
        int id = created.get(1 + random.nextInt(created.size() - 1));
        if (model.collections.contains(id)) {
          bucket.dropCollection("_default", "c" + id);
          model.dropCollection(id);
          collectionsChangedSincePause = true;
        }
      }
    }

    private void openReader() {
      if (readers.size() < 4) {
        long after = random.nextInt(3) == 0 ? random.nextLong(model.high + 1) : 0;
        Snapshot snapshot = vbucket.snapshotAfter(after, VBucket.View.EVERYTHING);
        if (after == model.high) {
          assertThat(snapshot).isNull();
        } else {
          assertThat(snapshot.end()).isEqualTo(model.high);
          Collection<Version> all = model.newestAsOf(model.high).tailMap(after, false).values();
          readers.add(new Reader(snapshot, all, model.purged));
        }
      }
    }

    private void useReader() {
      if (!readers.isEmpty()) {
        Reader reader = readers.get(random.nextInt(readers.size()));
        reader.read(1 + random.nextInt(5), 1 + random.nextInt(100));
        if (reader.snapshot.isExhausted() || random.nextInt(8) == 0) {
          reader.snapshot.close();
          readers.remove(reader);
        }
      }
    }

    private void changePersistence() {
      if (model.pausedAt < 0) {
        bucket.pausePersistence();
        model.pausedAt = model.high;
        collectionsChangedSincePause = false;
      } else if (random.nextBoolean()) {
        bucket.resumePersistence();
        model.pausedAt = -1;
      }
    }

    private void changeLife() {
      if (random.nextBoolean()) {
        vbucket.deactivate();
        vbucket.activate();
        model.branches++;
      } else if (model.pausedAt < 0 || !collectionsChangedSincePause) {
        // What a crash makes of lost manifest changes is the subject of BucketTest.
        bucket.crash();
        model.crash();
        for (Reader reader : readers) {
          reader.cut = true;
          assertThat(reader.snapshot.isExhausted()).isTrue();
        }
      } else {
        return;
      }
      assertThat(vbucket.vbuuid()).isNotEqualTo(lastVbuuid);
      lastVbuuid = vbucket.vbuuid();
    }

    private void operate() {
      int collection = created.get(random.nextInt(created.size()));
      String name = "k" + random.nextInt(6);
      String modelKey = collection + ":" + name;
      Key key = Key.of(collection, name);
      String body = random.nextInt(3) == 0 ? "v" + random.nextInt(100) : "" + random.nextInt(100);
      int expiry = random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 0;
      switch (random.nextInt(11)) {
        case 0, 1, 2 ->
            both(() -> vbucket.set(key, write(body, expiry, 0)), () -> set(modelKey, body, expiry));
        case 3 ->
            both(() -> vbucket.add(key, write(body, expiry, 0)), () -> add(modelKey, body, expiry));
        case 4 ->
            both(
                () -> vbucket.replace(key, write(body, expiry, casFor(key))),
                () -> replace(modelKey, body, expiry));
        case 5 -> concatenate(key, modelKey, body);
        case 6 -> count(key, modelKey);
        case 7 -> both(() -> vbucket.delete(key, 0, Durability.NONE), () -> delete(modelKey));
        case 8 -> both(() -> vbucket.touch(key, expiry), () -> touch(modelKey, expiry));
        case 9 -> lockOrUnlock(key, modelKey);
        default -> update(key, modelKey, body);
      }
    }

    /** The CAS that a careful client has read, 0 for a missing document. */
    private long casFor(Key key) {
      Item item = vbucket.getWithTombstone(key);
      return item == null || item.isDeleted() || vbucket.visibleCas(item) == -1 ? 0 : item.cas();
    }

    private Version set(String key, String body, int expiry) {
      if (model.document(key) != null) {
        model.requireUnlocked(key);
      }
      return model.store(key, body, expiry);
    }

    private Version add(String key, String body, int expiry) {
      if (model.document(key) != null) {
        throw new Refusal(Status.KEY_EEXISTS);
      }
      return model.store(key, body, expiry);
    }

    private Version replace(String key, String body, int expiry) {
      model.require(key, Status.KEY_ENOENT);
      model.requireUnlocked(key);
      return model.store(key, body, expiry);
    }

    private Version delete(String key) {
      model.require(key, Status.KEY_ENOENT);
      model.requireUnlocked(key);
      return model.bury(key, Item.Kind.DELETION);
    }

    private Version touch(String key, int expiry) {
      Version version = model.require(key, Status.KEY_ENOENT);
      model.requireUnlocked(key);
      int absolute = expiry == 0 ? 0 : (int) model.now + expiry;
      return absolute == version.expiry() ? version : model.store(key, version.body(), expiry);
    }

    private void concatenate(Key key, String modelKey, String bytes) {
      VBucket.End end = random.nextBoolean() ? VBucket.End.FRONT : VBucket.End.BACK;
      both(
          () -> vbucket.concatenate(key, bytes.getBytes(UTF_8), end, 0, Durability.NONE),
          () -> {
            Version old = model.require(modelKey, Status.NOT_STORED);
            model.requireUnlocked(modelKey);
            return model.rewrite(
                modelKey, end == VBucket.End.FRONT ? bytes + old.body() : old.body() + bytes);
          });
    }

    private void count(Key key, String modelKey) {
      boolean up = random.nextBoolean();
      int delta = random.nextInt(50);
      boolean creates = random.nextBoolean();
      Counter.Direction direction = up ? Counter.Direction.UP : Counter.Direction.DOWN;
      Counter counter = new Counter(direction, delta, 10, creates ? 0 : -1);
      both(
          () -> vbucket.count(key, counter, 0, Durability.NONE).item(),
          () -> {
            if (model.document(modelKey) == null) {
              if (!creates) {
                throw new Refusal(Status.KEY_ENOENT);
              }
              return model.store(modelKey, "10", 0);
            }
            model.requireUnlocked(modelKey);
            BigInteger old = model.number(modelKey);
            BigInteger moved = old.add(BigInteger.valueOf(up ? delta : -delta));
            BigInteger next = moved.max(BigInteger.ZERO).mod(BigInteger.ONE.shiftLeft(64));
            return model.rewrite(modelKey, next.toString());
          });
    }

    private void lockOrUnlock(Key key, String modelKey) {
      int seconds = 1 + random.nextInt(5);
      boolean unlockAtOnce = random.nextBoolean();
      both(
          () -> {
            VBucket.Locked locked = vbucket.lock(key, seconds);
            assertThat(locked.cas()).isGreaterThan(maxCas);
            maxCas = locked.cas();
            if (unlockAtOnce) {
              vbucket.unlock(key, locked.cas());
            }
            return locked.item();
          },
          () -> {
            Version version = model.require(modelKey, Status.KEY_ENOENT);
            model.requireUnlocked(modelKey);
            if (!unlockAtOnce) {
              model.lockedUntil.put(modelKey, model.now + seconds);
            }
            return version;
          });
    }

    private void update(Key key, String modelKey, String body) {
      boolean delete = random.nextBoolean();
      Item.Kind kind = delete ? Item.Kind.DELETION : Item.Kind.DOCUMENT;
      int expiry = delete ? (int) model.now : 0;
      both(
          () ->
              vbucket.update(
                  key,
                  0,
                  Durability.NONE,
                  (existing, cas, seqno) -> {
                    assertThat(cas).isGreaterThan(maxCas);
                    return new Change(kind, body.getBytes(UTF_8), 0, 0, expiry);
                  }),
          () -> {
            if (model.document(modelKey) != null) {
              model.requireUnlocked(modelKey);
            }
            return model.put(modelKey, kind, body, expiry);
          });
    }

    /** Runs both sides; they must give the same version, or refuse with the same status. */
    private void both(Supplier<@Nullable Item> vbucketSide, Supplier<@Nullable Version> modelSide) {
      Object expected;
      try {
        expected = modelSide.get();
      } catch (Refusal refusal) {
        expected = refusal.status;
      }
      try {
        Item item = vbucketSide.get();
        assertThat(expected).isInstanceOf(Version.class);
        assertVersion(item, (Version) expected);
      } catch (StatusException refusal) {
        assertThat(refusal.status()).isEqualTo(expected);
      }
    }

    void check() {
      VBucket.Position position = vbucket.position();
      assertThat(position.highSeqno()).isEqualTo(model.high);
      assertThat(position.purgeSeqno()).isEqualTo(model.purged);
      assertThat(position.persistedSeqno())
          .isEqualTo(model.pausedAt < 0 ? model.high : model.pausedAt);
      assertThat(position.documents()).isEqualTo((int) model.documents());
      assertThat(position.failoverLog().branches().size())
          .isLessThanOrEqualTo(Math.min(model.branches, FailoverLog.MAX_BRANCHES));
      assertThat(position.failoverLog().vbuuid()).isEqualTo(vbucket.vbuuid());
      assertThat(position.failoverLog().branches().get(0).seqno()).isLessThanOrEqualTo(model.high);
      assertThat(position.maxCas()).isGreaterThanOrEqualTo(maxCas);
      maxCas = position.maxCas();
    }

    /** The state as a whole, read by key and by seqno, and nothing kept beyond its use. */
    void finish() {
      readers.forEach(reader -> reader.snapshot.close());
      bucket.resumePersistence();
      model.pausedAt = -1;
      assertThat(vbucket.retainedVersions()).isZero();
      Set<Long> casValues = new HashSet<>();
      Snapshot snapshot = vbucket.snapshotAfter(0, VBucket.View.EVERYTHING);
      if (snapshot != null) {
        Reader reader = new Reader(snapshot, model.newestAsOf(model.high).values(), 0);
        reader.read(Integer.MAX_VALUE, Long.MAX_VALUE);
        snapshot.close();
        snapshot = vbucket.snapshotAfter(0, VBucket.View.EVERYTHING);
        snapshot.read(
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            item -> assertThat(casValues.add(item.cas())).as("CAS is unique").isTrue());
        snapshot.close();
      }
      model.now = clock.seconds();
      for (int collection : created) {
        for (int i = 0; i < 6; i++) {
          checkDocument(collection, "k" + i);
        }
      }
    }

    private void checkDocument(int collection, String name) {
      String modelKey = collection + ":" + name;
      if (!model.collections.contains(collection)) {
        return;
      }
      Version expected = model.document(modelKey);
      Item item = vbucket.get(Key.of(collection, name));
      if (expected == null) {
        assertThat(item).isNull();
      } else {
        assertVersion(item, expected);
      }
    }
  }
}
