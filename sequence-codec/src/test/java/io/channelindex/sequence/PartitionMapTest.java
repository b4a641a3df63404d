package io.channelindex.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PartitionMapTest {
  @Property
  void everyVbucketIsInExactlyOnePartition(
      @ForAll @IntRange(min = 1, max = 1024) int vbuckets, @ForAll @IntRange(max = 1023) int any) {
    int partitions = any % vbuckets + 1;
    PartitionMap map = new PartitionMap(vbuckets, partitions);
    int next = 0;
    for (int partition = 0; partition < partitions; partition++) {
      assertThat(map.first(partition)).isEqualTo(next);
      assertThat(map.size(partition)).isBetween(vbuckets / partitions, vbuckets / partitions + 1);
      for (; next <= map.last(partition); next++) {
        assertThat(map.partitionOf(next)).isEqualTo(partition);
      }
    }
    assertThat(next).isEqualTo(vbuckets);
  }

  @Test
  void smallBucketsHaveAPartitionPerVbucket() {
    assertThat(PartitionMap.ofVbuckets(1024).size(63)).isEqualTo(16);
    assertThat(PartitionMap.ofVbuckets(64).partitions()).isEqualTo(64);
    assertThat(PartitionMap.ofVbuckets(8)).isEqualTo(new PartitionMap(8, 8));
  }

  @Test
  void whatIsOutOfRangeIsRefusedByName() {
    assertThatThrownBy(() -> new PartitionMap(1025, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("vbuckets out of range: vbuckets=1025, min=1, max=1024");
    assertThatThrownBy(() -> new PartitionMap(8, 9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("partitions=9");
    assertThatThrownBy(() -> new PartitionMap(8, 0)).isInstanceOf(IllegalArgumentException.class);
    PartitionMap map = new PartitionMap(8, 4);
    assertThatThrownBy(() -> map.partitionOf(8))
        .hasMessage("no such vbucket: vbucket=8, vbuckets=8");
    assertThatThrownBy(() -> map.partitionOf(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> map.first(4))
        .hasMessage("no such partition: partition=4, partitions=4");
    assertThatThrownBy(() -> map.last(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
