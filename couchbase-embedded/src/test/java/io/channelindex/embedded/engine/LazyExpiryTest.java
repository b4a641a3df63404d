package io.channelindex.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever finds out that a document has expired also tells those who follow the vbucket. */
class LazyExpiryTest {
  private final AtomicInteger signals = new AtomicInteger();
  private Instant now = Instant.ofEpochSecond(1_700_000_000);
  private final VBucket vbucket = new Bucket("data", "0", 1, () -> now).vbucket(0);

  @BeforeEach
  void storeAndExpire() {
    vbucket.set(Key.of("key"), new Write().set(new byte[] {'1'}, 0, 0, 5, 0));
    vbucket.follow(
        position ->
            new MutationListener() {
              @Override
              public void onMutation() {
                signals.incrementAndGet();
              }

              @Override
              public void onClosed(CloseReason reason) {}
            });
    now = now.plusSeconds(6);
  }

  @Test
  void readersTell() {
    assertThat(vbucket.get(Key.of("key"))).isNull();
    assertThat(signals).hasValue(1);

    assertThat(vbucket.get(Key.of("key"))).isNull();
    assertThat(signals).as("once").hasValue(1);
  }

  @Test
  void readersOfMetaDataTell() {
    assertThat(vbucket.getWithTombstone(Key.of("key"))).matches(Item::isDeleted);
    assertThat(signals).hasValue(1);
  }

  @Test
  void writersThatAreRefusedTell() {
    assertThatExceptionOfType(StatusException.class)
        .isThrownBy(() -> vbucket.delete(Key.of("key"), 0, Durability.NONE));
    assertThat(signals).hasValue(1);
  }

  @Test
  void aReplicaShowsATombstoneAndMakesNone() {
    vbucket.becomeReplica();

    assertThat(vbucket.getReplica(Key.of("key"))).isNull();
    assertThat(vbucket.getReplicaWithTombstone(Key.of("key"))).matches(Item::isDeleted);
    assertThat(vbucket.highSeqno()).isEqualTo(1);
  }
}
