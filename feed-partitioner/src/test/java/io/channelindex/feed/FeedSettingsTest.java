package io.channelindex.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.channelindex.sequence.PartitionMap;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Settings are checked where they are made, and keep the password to themselves. */
class FeedSettingsTest {
  private static FeedSettings settings(int bufferBytes, long pollingMillis, long min, long max) {
    return new FeedSettings(
        "couchbase://localhost",
        "user",
        "secret",
        "data",
        bufferBytes,
        Duration.ofMillis(pollingMillis),
        Duration.ofMillis(min),
        Duration.ofMillis(max));
  }

  @Test
  void namesWhatIsOutOfRange() {
    assertThat(settings(65_536, 1, 1, 1))
        .asString()
        .contains("bucket=data")
        .doesNotContain("secret");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(65_535, 1, 1, 1))
        .withMessageContaining("bufferBytes=65535, min=65536");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings((1 << 30) + 1, 1, 1, 1))
        .withMessageContaining("max=1073741824");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(65_536, 0, 1, 1))
        .withMessageContaining("persistencePolling=PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(65_536, 1, 0, 1))
        .withMessageContaining("backoffMin=PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings(65_536, 1, 2, 1))
        .withMessageContaining("backoffMax=PT0.001S");
  }

  @Test
  void aFeedRefusesPartitionsThatTheMapDoesNotHave() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new PartitionedFeed(
                    settings(65_536, 1, 1, 1),
                    new PartitionMap(64, 4),
                    Set.of(3, 4),
                    partition -> {
                      throw new AssertionError("not asked");
                    }))
        .withMessageContaining("partition=4");
  }
}
