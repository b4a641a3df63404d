package io.channelindex.embedded.engine;

import static io.channelindex.embedded.engine.Items.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VBucketConcurrencyTest {
  private static final int WRITERS = 4;
  private static final int OPERATIONS = 4000;
  private static final int KEYS = 200;

  private final Bucket bucket = new Bucket("b", "0".repeat(32), 8, new SettableClock());
  private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 2);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** Writes, deletes and counts; returns how often the shared counter was incremented. */
  private static long work(Bucket bucket, int writer, int vbuckets, Map<String, String> last) {
    Random random = new Random(writer);
    long counted = 0;
    Counter plusOne = new Counter(Counter.Direction.UP, 1, 1, 0);
    for (int i = 0; i < OPERATIONS; i++) {
      VBucket vbucket = bucket.vbucket(random.nextInt(vbuckets));
      String name = "w" + writer + "-" + random.nextInt(KEYS);
      String id = vbucket.id() + "/" + name;
      switch (random.nextInt(5)) {
        case 0 -> {
          bucket.vbucket(0).count(Key.of("counter"), plusOne, 0, Durability.NONE);
          counted++;
        }
        case 1 -> {
          if (last.remove(id) != null) {
            vbucket.delete(Key.of(name), 0, Durability.NONE);
          }
        }
        default -> {
          vbucket.set(Key.of(name), write("" + i));
          last.put(id, "" + i);
        }
      }
    }
    return counted;
  }

  /** Follows a vbucket snapshot by snapshot and ends with what it then believes to be there. */
  private static Map<String, String> follow(VBucket vbucket, AtomicBoolean writing) {
    Map<String, String> state = new HashMap<>();
    long[] position = {0};
    Random random = new Random(vbucket.id());
    boolean last = false;
    while (true) {
      Snapshot snapshot = vbucket.snapshotAfter(position[0], VBucket.View.EVERYTHING);
      if (snapshot == null) {
        if (last) {
          return state;
        }
        last = !writing.get();
        continue;
      }
      try (snapshot) {
        Set<String> seen = new HashSet<>();
        while (!snapshot.isExhausted()) {
          snapshot.read(
              1 + random.nextInt(50),
              Long.MAX_VALUE,
              item -> {
                assertThat(item.seqno()).isGreaterThan(position[0]);
                assertThat(item.seqno()).isLessThanOrEqualTo(snapshot.end());
                position[0] = item.seqno();
                String key = Items.key(item).substring(2);
                assertThat(seen.add(key)).isTrue();
                if (item.isDeleted()) {
                  state.remove(key);
                } else {
                  state.put(key, Items.body(item));
                }
              });
        }
        position[0] = snapshot.end();
      }
    }
  }

  private <T> List<T> join(List<Future<T>> futures) throws Exception {
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(future.get(60, TimeUnit.SECONDS));
    }
    return results;
  }

  private void writersAndReadersAgree(int vbuckets) throws Exception {
    AtomicBoolean writing = new AtomicBoolean(true);
    Map<String, String> expected = new ConcurrentHashMap<>();
    List<Future<Long>> writers = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      int id = writer;
      writers.add(threads.submit(() -> work(bucket, id, vbuckets, expected)));
    }
    List<Callable<Map<String, String>>> following = new ArrayList<>();
    following.add(() -> follow(bucket.vbucket(0), writing));
    following.add(() -> follow(bucket.vbucket(vbuckets - 1), writing));
    List<Future<Map<String, String>>> readers = new ArrayList<>();
    following.forEach(reader -> readers.add(threads.submit(reader)));
    long counted = join(writers).stream().mapToLong(Long::longValue).sum();
    writing.set(false);
    List<Map<String, String>> states = join(readers);

    expected.put("0/counter", "" + counted);
    assertThat(states.get(0)).isEqualTo(of(expected, 0));
    assertThat(states.get(1)).isEqualTo(of(expected, vbuckets - 1));
    assertThat(bucket.documentCount()).isEqualTo(expected.size());
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      assertThat(bucket.vbucket(vbucket).retainedVersions()).isZero();
    }
  }

  private static Map<String, String> of(Map<String, String> all, int vbucket) {
    String prefix = vbucket + "/";
    Map<String, String> members = new HashMap<>();
    all.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            members.put(key.substring(prefix.length()), value);
          }
        });
    return members;
  }

  @Test
  void manyWritersOfOneVbucket() throws Exception {
    writersAndReadersAgree(1);
  }

  @Test
  void manyWritersOfManyVbuckets() throws Exception {
    writersAndReadersAgree(8);
  }
}
