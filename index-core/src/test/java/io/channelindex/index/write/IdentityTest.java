package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.ChannelLoader.Identity;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdentityTest {
  private static final int SLOTS = 4_096;

  /** What a hash table has to tell apart: neighbouring vbuckets and low seqnos. */
  @Test
  void identitiesOfAPartitionSpreadOverATable() {
    Set<Integer> slots = new HashSet<>();
    for (int vbucket = 512; vbucket < 528; vbucket++) {
      for (int seqno = 1; seqno <= SLOTS / 16; seqno++) {
        int hash = new Identity(vbucket, seqno, 7, "doc").hashCode();
        slots.add((hash ^ (hash >>> 16)) & (SLOTS - 1));
      }
    }

    // As many as there are slots, at random, leave 1/e of them empty.
    assertThat(slots).hasSizeGreaterThan(SLOTS / 2);
  }
}
