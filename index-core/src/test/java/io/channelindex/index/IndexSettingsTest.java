package io.channelindex.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.SettingsDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IndexSettingsTest {
  private static final IndexSettings WANTED =
      new IndexSettings(new PartitionMap(1024, 64), IndexSettings.DENSE);

  private final InMemoryIndexBucket bucket = new InMemoryIndexBucket();
  private final IndexKeys keys = new IndexKeys("db");

  @AfterEach
  void close() {
    bucket.close();
  }

  private SettingsDocument agree(IndexSettings wanted) {
    return IndexSettings.agree(bucket, keys, wanted).toCompletableFuture().join();
  }

  @Test
  void theFirstNodeDecidesAndOthersFollow() {
    SettingsDocument first = agree(WANTED);

    assertThat(first.partitions()).isEqualTo(64);
    assertThat(agree(WANTED)).isEqualTo(first);
  }

  @Test
  void twoFirstNodesAgreeOnOne() {
    var held = bucket.inject(BucketFault.of(Action.HOLD).on(Operation.INSERT));
    var one = IndexSettings.agree(bucket, keys, WANTED).toCompletableFuture();
    var other = IndexSettings.agree(bucket, keys, WANTED).toCompletableFuture();
    org.awaitility.Awaitility.await().until(() -> bucket.heldCount() == 2);
    held.stop();
    bucket.release();

    assertThat(one.join()).isEqualTo(other.join());
  }

  @Test
  void otherSettingsAreRefusedWithBothValues() {
    agree(WANTED);

    assertThatThrownBy(
            () -> agree(new IndexSettings(new PartitionMap(1024, 32), IndexSettings.DENSE)))
        .hasCauseInstanceOf(SettingsMismatchException.class)
        .hasMessageContaining("partitions=32")
        .hasMessageContaining("index.partitions=64");
    assertThatThrownBy(() -> agree(new IndexSettings(new PartitionMap(64, 64), "dense")))
        .hasMessageContaining("vbuckets=64");
    assertThatThrownBy(() -> agree(new IndexSettings(new PartitionMap(1024, 64), "log")))
        .hasMessageContaining("layout=log");
    assertThatThrownBy(() -> agree(placed(Placement.colocated(4, 1024))))
        .hasCauseInstanceOf(SettingsMismatchException.class)
        .hasMessageContaining("placement=colocated:4:1024, index.placement=spread");
  }

  @Test
  void anIndexStaysWhereItIsWhenItsBucketHasAnotherNumberOfVbuckets() {
    SettingsDocument first = agree(placed(Placement.colocated(4, 1024)));

    assertThat(agree(placed(Placement.colocated(4, 64)))).isEqualTo(first);
    assertThat(first.placement()).isEqualTo(Placement.colocated(4, 1024));
    assertThatThrownBy(() -> agree(placed(Placement.colocated(5, 1024))))
        .hasMessageContaining("placement=colocated:5:1024")
        .hasMessageContaining("index.placement=colocated:4:1024");
    assertThatThrownBy(() -> agree(WANTED)).hasMessageContaining("placement=spread");
  }

  private static IndexSettings placed(Placement placement) {
    return new IndexSettings(WANTED.map(), WANTED.layout(), placement);
  }
}
