package io.channelindex.embedded.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsumedVBucketTest {
  private final ConsumedVBucket vbucket = new ConsumedVBucket();

  private static ConsumedVBucket.Document document(String key, long seqno) {
    return new ConsumedVBucket.Document(key, seqno, 1, seqno, key + seqno);
  }

  private void receive(long end, ConsumedVBucket.Document... documents) {
    vbucket.snapshot(end);
    for (ConsumedVBucket.Document document : documents) {
      vbucket.receive(document);
    }
  }

  @Test
  void keepsTheNewestOfEachDocument() {
    receive(2, document("a", 1), document("b", 2));
    receive(3, new ConsumedVBucket.Document("a", 3, 2, 3, null));

    assertThat(vbucket.documents())
        .isEqualTo(
            Map.of("a", new ConsumedVBucket.Document("a", 3, 2, 3, null), "b", document("b", 2)));
    assertThat(vbucket.position()).isEqualTo(3);
    assertThat(vbucket.violations()).isEmpty();
  }

  @Test
  void goesBackToTheEndOfASnapshot() {
    receive(2, document("a", 1), document("b", 2));
    receive(4, document("c", 3), document("a", 4));

    assertThat(vbucket.rollback(2)).isEqualTo(2);

    assertThat(vbucket.documents()).isEqualTo(Map.of("a", document("a", 1), "b", document("b", 2)));
    receive(3, document("d", 3));
    assertThat(vbucket.documents()).hasSize(3);
    assertThat(vbucket.violations()).isEmpty();
  }

  @Test
  void goesBackFurtherThanIntoTheMiddleOfASnapshot() {
    receive(2, document("a", 1), document("b", 2));
    // There was an "a" at 3, which this snapshot does not show.
    receive(5, document("c", 4), document("a", 5));

    assertThat(vbucket.rollback(4)).isEqualTo(2);
    assertThat(vbucket.documents()).doesNotContainKey("c");
  }

  @Test
  void aSnapshotThatWasCutOffIsNoneToGoBackTo() {
    receive(2, document("a", 1), document("b", 2));
    receive(6, document("c", 3));
    vbucket.reopened();
    receive(8, document("d", 7), document("e", 8));

    assertThat(vbucket.rollback(4)).isEqualTo(2);
  }

  @Test
  void whatHasNoDocumentsIsWholeAsWell() {
    receive(2, document("a", 1));
    vbucket.advance(2);
    receive(5, document("b", 5));

    assertThat(vbucket.rollback(3)).isEqualTo(2);
    assertThat(vbucket.rollback(1)).isZero();
    assertThat(vbucket.documents()).isEmpty();
  }

  @Test
  void repeatsAreForThoseWhoReconnect() {
    receive(2, document("a", 1), document("b", 2));
    vbucket.reopened();
    receive(3, document("b", 2), document("c", 3));
    assertThat(vbucket.violations()).isEmpty();

    receive(4, document("c", 3));
    assertThat(vbucket.violations()).hasSize(1);
  }

  @Test
  void whatIsRepeatedIsTheSame() {
    receive(2, document("a", 1), document("b", 2));
    vbucket.reopened();
    receive(3, document("c", 2));

    assertThat(vbucket.violations()).singleElement().asString().contains("never before");
  }

  @Test
  void nothingIsBeyondItsSnapshot() {
    receive(2, document("a", 3));

    assertThat(vbucket.violations()).singleElement().asString().contains("beyond");
  }
}
