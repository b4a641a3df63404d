package io.channelindex.embedded.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Snapshots show each key once, as of their opening, whatever happens while they are read. */
class SnapshotTest {
  private final Bucket bucket = new Bucket("data", "0", 1, InstantSource.system());
  private final VBucket vbucket = bucket.vbucket(0);

  private void set(String key, String value) {
    vbucket.set(Key.of(key), new Write().set(value.getBytes(UTF_8), 0, 0, 0, 0));
  }

  private Snapshot open() {
    return vbucket.snapshotAfter(0, VBucket.View.EVERYTHING);
  }

  private static List<String> read(Snapshot snapshot) {
    List<String> items = new ArrayList<>();
    while (!snapshot.isExhausted()) {
      snapshot.read(
          1,
          Long.MAX_VALUE,
          item -> items.add(new String(item.key(), UTF_8) + "=" + new String(item.value(), UTF_8)));
    }
    snapshot.close();
    return items;
  }

  @Test
  void showsWhatThereWasWhenItWasOpened() {
    set("a", "1");
    set("b", "1");
    Snapshot before = open();

    set("a", "2");
    set("c", "1");
    vbucket.delete(Key.of("b"), 0, Durability.NONE);

    assertThat(read(before)).containsExactly("a=1", "b=1");
  }

  @Test
  void showsNoVersionThatIsKeptForAnOlderSnapshot() {
    set("a", "1");
    Snapshot before = open();
    set("a", "2");
    Snapshot between = open();
    set("a", "3");
    Snapshot after = open();

    assertThat(read(after)).containsExactly("a=3");
    assertThat(read(between)).containsExactly("a=2");
    assertThat(read(before)).containsExactly("a=1");
    assertThat(read(open())).containsExactly("a=3");
  }

  @Test
  void showsNoVersionThatIsKeptForACrash() {
    set("a", "1");
    bucket.pausePersistence();
    set("a", "2");

    assertThat(read(open())).containsExactly("a=2");

    bucket.crash();
    assertThat(read(open())).containsExactly("a=1");
  }

  @Test
  void showsNoTombstoneThatWasPurged() {
    set("a", "1");
    vbucket.delete(Key.of("a"), 0, Durability.NONE);
    set("b", "1");
    Snapshot before = open();

    assertThat(bucket.purgeTombstones(Duration.ZERO)).isEqualTo(1);
    set("c", "1");

    assertThat(read(open())).containsExactly("b=1", "c=1");
    assertThat(read(before)).containsExactly("a=", "b=1");
  }
}
