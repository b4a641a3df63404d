package io.channelindex.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StreamPositionTest {
  @Test
  void onlyTheEndOfASnapshotIsConsistent() {
    assertThat(StreamPosition.BEGINNING.isConsistent()).isTrue();
    assertThat(StreamPosition.at(7, 5)).isEqualTo(new StreamPosition(7, 5, 5, 5));
    assertThat(new StreamPosition(7, 5, 3, 5).isConsistent()).isTrue();
    assertThat(new StreamPosition(7, 4, 3, 5).isConsistent()).isFalse();
    assertThat(new StreamPosition(7, 3, 3, 5).isConsistent()).isFalse();
  }

  @Test
  void aSeqnoLiesInItsSnapshotAndIsUnsigned() {
    assertThat(new StreamPosition(7, -2, 5, -1).isConsistent()).isFalse();
    assertThatThrownBy(() -> new StreamPosition(7, 2, 3, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("position outside of its snapshot: seqno=2, snapshotStart=3, snapshotEnd=5");
    assertThatThrownBy(() -> new StreamPosition(7, -1, 3, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("seqno=18446744073709551615");
  }
}
