package io.channelindex.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What is there after a bucket lost its last seqnos, compared with a diary of every state. */
class TailLossTest {
  private static final int TAIL = 8;

  private Bucket bucket = newBucket();
  private VBucket vbucket = bucket.vbucket(0);

  private static Bucket newBucket() {
    return new Bucket("b", "0".repeat(32), 2, new SettableClock());
  }

  private void set(VBucket where, String key, String body) {
    where.set(Key.of(key), Items.write(body));
  }

  private static Loss.Tail last(long seqnos, Integer... vbuckets) {
    return new Loss.Tail(seqnos, Set.of(vbuckets));
  }

  /** Bodies by key, as documents are read. */
  private Map<String, String> documents() {
    Map<String, String> documents = new TreeMap<>();
    for (int i = 0; i < 5; i++) {
      Item item = vbucket.get(Key.of("k" + i));
      if (item != null) {
        documents.put("k" + i, Items.body(item));
      }
    }
    return documents;
  }

  /** Bodies by key, as a stream from the beginning tells them. */
  private Map<String, String> streamed() {
    Map<String, String> documents = new TreeMap<>();
    Snapshot snapshot = vbucket.snapshotAfter(0, VBucket.View.EVERYTHING);
    if (snapshot != null) {
      try (snapshot) {
        while (!snapshot.isExhausted()) {
          snapshot.read(
              3,
              Long.MAX_VALUE,
              item -> {
                String key = new String(item.key(), java.nio.charset.StandardCharsets.UTF_8);
                assertThat(documents.containsKey(key)).as("told twice: %s", key).isFalse();
                if (!item.isDeleted()) {
                  documents.put(key, Items.body(item));
                }
              });
        }
      }
    }
    return documents;
  }

  @Property(tries = 300)
  void anySeqnoOfTheTailIsReached(@ForAll long seed) {
    Random random = new Random(seed);
    bucket = newBucket();
    vbucket = bucket.vbucket(0);
    int keptSince = 0;
    bucket.keepTail(TAIL);
    List<Map<String, String>> diary = new ArrayList<>(List.of(documents()));
    Snapshot reader = null;
    for (int step = 0; step < 60; step++) {
      int kind = random.nextInt(12);
      if (kind == 0) {
        long tail = 1L + random.nextInt(TAIL);
        int high = diary.size() - 1;
        int surviving = (int) Math.max(keptSince, high - tail);
        bucket.crash(last(tail, 0));
        keptSince = surviving;
        diary.subList(surviving + 1, diary.size()).clear();
        assertThat(vbucket.position().highSeqno()).isEqualTo(surviving);
        assertThat(documents()).isEqualTo(diary.get(surviving));
        assertThat(streamed()).isEqualTo(diary.get(surviving));
        reader = null;
      } else if (kind == 1) {
        if (reader != null) {
          reader.close();
        }
        reader = vbucket.snapshotAfter(0, VBucket.View.EVERYTHING);
      } else {
        change("k" + random.nextInt(5), "v" + step, random.nextInt(4) == 0);
        while (diary.size() <= vbucket.position().highSeqno()) {
          diary.add(documents());
        }
        assertThat(streamed()).isEqualTo(documents());
      }
      assertThat(vbucket.retainedVersions()).isLessThanOrEqualTo(TAIL + 5);
    }
  }

  private void change(String key, String body, boolean delete) {
    if (!delete) {
      set(vbucket, key, body);
    } else if (vbucket.get(Key.of(key)) != null) {
      vbucket.delete(Key.of(key), 0, Durability.NONE);
    }
  }

  @Test
  void otherVbucketsLoseWhatWasNotPersisted() {
    bucket.keepTail(TAIL);
    set(vbucket, "a", "1");
    set(bucket.vbucket(1), "b", "1");
    bucket.pausePersistence();
    set(vbucket, "a", "2");
    set(vbucket, "a", "3");
    set(bucket.vbucket(1), "b", "2");
    set(bucket.vbucket(1), "b", "3");

    bucket.crash(last(1, 0));

    assertThat(Items.body(vbucket.get(Key.of("a")))).isEqualTo("2");
    assertThat(Items.body(bucket.vbucket(1).get(Key.of("b")))).isEqualTo("1");
    assertThat(vbucket.position().failoverLog().branches())
        .extracting(FailoverLog.Branch::seqno)
        .containsExactly(2L, 0L);
  }

  @Test
  void whatWasWrittenBeforeTheTailWasKeptIsNeverLost() {
    set(vbucket, "a", "1");
    set(vbucket, "a", "2");
    bucket.keepTail(TAIL);
    set(vbucket, "a", "3");

    bucket.crash(last(3));

    assertThat(Items.body(vbucket.get(Key.of("a")))).isEqualTo("2");
    assertThat(vbucket.position().highSeqno()).isEqualTo(2);
  }

  @Test
  void withoutAKeptTailNothingIsLost() {
    set(vbucket, "a", "1");

    bucket.crash(last(3));

    assertThat(vbucket.position().highSeqno()).isEqualTo(1);
  }

  @Test
  void whatIsNoLongerKeptIsReleased() {
    bucket.keepTail(TAIL);
    for (int i = 0; i < 5; i++) {
      set(vbucket, "a", "" + i);
    }
    assertThat(vbucket.retainedVersions()).isEqualTo(4);

    bucket.keepTail(0);

    assertThat(vbucket.retainedVersions()).isZero();
    assertThat(streamed()).containsExactly(Map.entry("a", "4"));
  }

  @Test
  void aCollectionThatWasDroppedInTheTailIsDroppedAgain() {
    bucket.keepTail(TAIL);
    bucket.createCollection("_default", "c", 0);
    vbucket.set(Key.of(8, "a"), Items.write("1"));
    bucket.dropCollection("_default", "c");

    bucket.crash(last(1));

    assertThat(vbucket.highSeqno(VBucket.View.EVERYTHING)).isEqualTo(3);
    assertThat(streamed().values()).doesNotContain("1");
    assertThat(vbucket.position().documents()).isZero();
  }
}
