package io.channelindex.perf.indexing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.WriteResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class WeighedBucketTest {
  private final InMemoryIndexBucket bucket = new InMemoryIndexBucket();
  private final WeighedBucket weighed = new WeighedBucket(bucket);

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  @Test
  void anAppendStoresTheWholeDocumentAgain() {
    done(weighed.insert("a", new byte[100]));
    assertThat(weighed.storedBytes()).isEqualTo(100);
    done(weighed.append("a", new byte[10]));
    assertThat(weighed.storedBytes()).isEqualTo(100 + 110);
    done(weighed.append("a", new byte[5]));
    assertThat(weighed.storedBytes()).isEqualTo(100 + 110 + 115);
    assertThat(bucket.peek("a")).hasSize(115);
  }

  @Test
  void aReplacementStoresWhatItSends() {
    long cas = done(weighed.insert("a", new byte[100])).cas();
    done(weighed.replace("a", new byte[7], cas));
    done(weighed.append("a", new byte[1]));
    assertThat(weighed.storedBytes()).isEqualTo(100 + 7 + 8);
    done(weighed.remove("a", done(weighed.get("a")).orElseThrow().cas()));
    assertThat(weighed.storedBytes()).as("a tombstone has no value").isEqualTo(100 + 7 + 8);
    done(weighed.insert("a", new byte[3], Duration.ofSeconds(5)));
    done(weighed.append("a", new byte[1]));
    assertThat(weighed.storedBytes()).isEqualTo(100 + 7 + 8 + 3 + 4);
  }

  @Test
  void aCounterIsStoredAsItsDigits() {
    assertThat(done(weighed.increment("c", 9))).isEqualTo(9);
    assertThat(done(weighed.increment("c", 1))).isEqualTo(10);
    assertThat(weighed.storedBytes()).isEqualTo(1 + 2);
  }

  @Test
  void whatIsRefusedOrFailsStoresNothing() {
    assertThat(done(weighed.append("a", new byte[10])).isWritten()).isFalse();
    done(weighed.insert("a", new byte[100]));
    assertThat(done(weighed.insert("a", new byte[100])).isWritten()).isFalse();
    WriteResult result = done(weighed.replace("a", new byte[50], 1));
    assertThat(result.isWritten()).isFalse();
    bucket.inject(BucketFault.of(Action.FAIL).times(1));
    assertThatThrownBy(() -> done(weighed.append("a", new byte[10]))).isNotNull();
    assertThat(weighed.storedBytes()).isEqualTo(100);
    done(weighed.append("a", new byte[1]));
    assertThat(weighed.storedBytes()).isEqualTo(100 + 101);
  }

  @Test
  void whatItCannotWeighItRefuses() {
    assertThatThrownBy(() -> weighed.setFields("a", List.of()))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
