package io.channelindex.index.read;

import static io.channelindex.index.read.TestReader.get;
import static io.channelindex.storage.EntryState.ACTIVE;
import static io.channelindex.storage.EntryState.REMOVED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pages begun anew at every row, where seqnos are around the edges of their widths: the 2015
 * implementation parsed the position in a backfill as 16 bits, and counted tombstones that it did
 * not send against the limit.
 */
@ParameterizedClass
@EnumSource
class LargeSeqnosTest {
  private static final int DOCUMENTS = 8;

  private final TestReader.Rows kind;

  LargeSeqnosTest(TestReader.Rows kind) {
    this.kind = kind;
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 8, 1L << 16, 1L << 32, 1L << 48, Long.MAX_VALUE - 2 * DOCUMENTS})
  void everyRowResumesAroundTheEdge(long edge) {
    TestIndex content = new TestIndex(4, 2);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      content.add("a", 1, edge - DOCUMENTS + 2L * i, "gone" + i, REMOVED);
      content.add("a", 1, edge - DOCUMENTS + 2L * i + 1, "doc" + i, ACTIVE);
      expected.add("doc" + i);
    }
    content.stable(1, edge + DOCUMENTS);
    content.commit(0);
    try (TestReader one = new TestReader(content, kind);
        TestReader other = new TestReader(content, kind)) {
      List<String> told = new ArrayList<>();
      Follower begin = one.follow(new Since.Beginning(), FeedRequest.Rows.ACTIVE, "a");
      String seq = begin.lastSeq();
      begin.close();
      for (int i = 0; i < DOCUMENTS; i++) {
        TestReader reader = i % 2 == 0 ? other : one;
        try (Follower follower = reader.follow(reader.at(seq), FeedRequest.Rows.ACTIVE, "a")) {
          Page page = get(follower.next(1));
          assertThat(page.rows()).hasSize(1);
          told.add(page.rows().get(0).documentId());
          seq = page.rows().get(0).seq();
        }
      }
      assertThat(told).isEqualTo(expected);
    } finally {
      content.bucket.close();
    }
  }
}
