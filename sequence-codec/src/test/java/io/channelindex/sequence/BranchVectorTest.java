package io.channelindex.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BranchVectorTest {
  /** Stored under these digests, and carried by tokens: they never change. */
  @Test
  void theDigestsAreThoseOfTheFormat() {
    assertThat(BranchVector.of(0).digest()).isEqualTo(0xe220a8397b1dcdafL);
    assertThat(BranchVector.of(1, 2, 3).digest()).isEqualTo(0x51a857a43efaf4bbL);
  }

  @Test
  void vectorsThatAreAlmostTheSameHaveOtherDigests() {
    Set<Long> digests = new HashSet<>();
    int vectors = 0;
    for (int vbuckets = 1; vbuckets <= 64; vbuckets++) {
      long[] vbuuids = new long[vbuckets];
      digests.add(BranchVector.of(vbuuids).digest());
      vectors++;
      for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
        for (long vbuuid : new long[] {1, 2, -1, 1L << 47}) {
          vbuuids[vbucket] = vbuuid;
          digests.add(BranchVector.of(vbuuids).digest());
          vectors++;
        }
        vbuuids[vbucket] = 0;
      }
    }
    assertThat(digests).hasSize(vectors);
  }

  @Test
  void equalVectorsAreEqualAndNotChangedFromOutside() {
    long[] vbuuids = {5, 6};
    BranchVector vector = BranchVector.of(vbuuids);
    vbuuids[0] = 9;
    vector.toArray()[1] = 9;

    assertThat(vector).isEqualTo(BranchVector.of(5, 6)).hasSameHashCodeAs(BranchVector.of(5, 6));
    assertThat(vector.digest()).isEqualTo(BranchVector.of(5, 6).digest());
    assertThat(vector).isNotEqualTo(BranchVector.of(5, 7));
    assertThat(vector.vbuuid(1)).isEqualTo(6);
    assertThat(vector.vbuckets()).isEqualTo(2);
    assertThat(vector)
        .hasToString("branches[vbuckets=2, digest=" + Long.toHexString(vector.digest()) + "]");
    assertThatThrownBy(() -> BranchVector.of()).isInstanceOf(IllegalArgumentException.class);
  }
}
