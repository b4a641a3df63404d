package io.channelindex.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VbucketHashTest {
  /** As {@code cbc hash} of libcouchbase says for a bucket of 1,024 vbuckets. */
  @Test
  void keysLieWhereCouchbasePutsThem() {
    assertThat(VbucketHash.vbucket("foo", 1024)).isEqualTo(115);
    assertThat(VbucketHash.vbucket("hello", 1024)).isEqualTo(528);
  }
}
