package io.channelindex.index.read;

import static io.channelindex.index.read.TestReader.drain;
import static io.channelindex.index.read.TestReader.ids;
import static io.channelindex.storage.EntryState.ACTIVE;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.storage.Placement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Feeds of an index whose channels lie in few vbuckets (W6). */
class PlacedFeedTest {
  private static final int VBUCKETS = 64;
  private static final int PARTITIONS = 32;

  @ParameterizedTest
  @CsvSource({"0,8,64", "4,4,4", "1,1,1"})
  void aReadAsksInAsManyVbucketsAsTheChannelHas(int spread, int least, int most) {
    Placement placement = spread == 0 ? Placement.SPREAD : Placement.colocated(spread, VBUCKETS);
    TestIndex content = new TestIndex(VBUCKETS, PARTITIONS, placement);
    for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
      content.add("a", vbucket, 1, "doc" + vbucket, ACTIVE);
      content.stable(vbucket, 1);
    }
    for (int partition = 0; partition < PARTITIONS; partition++) {
      content.commit(partition);
    }

    try (TestReader reader = new TestReader(content, TestReader.SETTINGS)) {
      reader.refresh();
      assertThat(ids(drain(reader.follow(new Since.Beginning(), "a"), 1_000))).hasSize(VBUCKETS);

      ReaderStatistics read = reader.index.statistics();
      assertThat(read.bulks()).isPositive();
      assertThat(read.bulkVbuckets()).isBetween(least * read.bulks(), most * read.bulks());
    } finally {
      content.bucket.close();
    }
  }
}
