package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.DataVbucket.Row;
import io.channelindex.index.write.IndexReading.Place;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Compares a partition of the index, time and again, with the data that it is the index of
 * (invariants 1 to 4, 9 and 14), and its commit record with itself (invariants 3 and 5).
 */
final class IndexCheck {
  private final Set<String> channels;
  private final Map<Integer, DataVbucket> data;
  private final Map<String, Map<Place, Row>> followed = new TreeMap<>();
  private StableDocument progressed;
  private StableDocument compared;

  /**
   * A check of the index as it goes on from here.
   *
   * @param data the partition's vbuckets
   * @param before the stable document now
   */
  IndexCheck(Collection<String> channels, Map<Integer, DataVbucket> data, StableDocument before) {
    this.channels = new TreeSet<>(channels);
    this.channels.add(Batch.EVERYTHING);
    this.data = data;
    this.progressed = before;
    this.compared = before;
  }

  /** What is compared: the channels that documents may be in, and that of all documents. */
  Set<String> channels() {
    return channels;
  }

  /** Neither owners nor commits nor, within a branch, clocks ever go back. */
  void progress(StableDocument stable) {
    assertThat(stable.epoch()).as("epoch").isGreaterThanOrEqualTo(progressed.epoch());
    assertThat(stable.commit()).as("commit").isGreaterThanOrEqualTo(progressed.commit());
    assertThat(stable.recent().size()).isLessThanOrEqualTo(64);
    for (int vbucket : data.keySet()) {
      VbucketState before = progressed.vbucket(vbucket);
      VbucketState now = stable.vbucket(vbucket);
      if (now.history().current() == before.history().current()) {
        assertThat(now.stable())
            .as("the stable clock goes back: vbucket=%s", vbucket)
            .isGreaterThanOrEqualTo(before.stable());
      }
    }
    progressed = stable;
  }

  /**
   * What readers see is what the data service had at the stable clock.
   *
   * @param stable the stable document
   * @param read what a channel shows at that
   * @return how many rows of the data were looked for
   */
  long compare(StableDocument stable, Function<String, Map<Place, Row>> read) {
    Set<String> touched = touchedSince(compared, stable);
    long lookedFor = 0;
    for (String channel : channels) {
      Map<Place, Row> rows = read.apply(channel);
      for (int vbucket : data.keySet()) {
        lookedFor += compare(channel, vbucket, stable.vbucket(vbucket), rows);
      }
      if (touched.contains(channel)) {
        followed.put(channel, rows);
      }
      Map<Place, Row> known = followed.getOrDefault(channel, Map.of());
      assertThat(known)
          .as("a reader that trusts the ring of commits, channel=%s", channel)
          .isEqualTo(news(known, rows));
    }
    compared = stable;
    return lookedFor;
  }

  /**
   * What a reader has to have been told, if it knows this. How a document ended that is purged, and
   * that it never knew, need not come with news: an owner who crashed may have left such a row, no
   * stream brings it again, and it is covered when its channel is written for another reason.
   */
  private Map<Place, Row> news(Map<Place, Row> known, Map<Place, Row> rows) {
    Map<Place, Row> news = new TreeMap<>(rows);
    news.entrySet()
        .removeIf(
            row ->
                !known.containsKey(row.getKey())
                    && row.getValue().state() != EntryState.ACTIVE
                    && data.get(row.getKey().vbucket()).isPurged(row.getKey().id()));
    return news;
  }

  /**
   * A new index of the same data is the same, but that it does not know who was purged.
   *
   * @param rows what a channel shows
   * @param fresh what it shows in a new index
   */
  static void compareWithNew(String channel, Map<Place, Row> rows, Map<Place, Row> fresh) {
    assertThat(rows).as("a new index, channel=%s", channel).containsAllEntriesOf(fresh);
    Map<Place, Row> others = new TreeMap<>(rows);
    others.keySet().removeAll(fresh.keySet());
    assertThat(others.values())
        .as("rows that a new index has not, channel=%s", channel)
        .noneMatch(row -> row.state() == EntryState.ACTIVE);
  }

  private Set<String> touchedSince(StableDocument before, StableDocument now) {
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

  private long compare(String channel, int vbucket, VbucketState state, Map<Place, Row> rows) {
    DataVbucket source = data.get(vbucket);
    if (source.wasLeftAtStart(state.history().current(), state.stable())) {
      // What is restored now is what yet another rollback, which has to come, will have left.
      return 0;
    }
    Map<String, Row> expected = new TreeMap<>();
    if (state.stable() > 0) {
      expected.putAll(source.rows(channel, state.history().current(), state.stable()));
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
        .as("index and data differ: channel=%s, vbucket=%s, state=%s", channel, vbucket, state)
        .isEqualTo(expected);
    return expected.size();
  }
}
