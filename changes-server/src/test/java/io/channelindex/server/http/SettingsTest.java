package io.channelindex.server.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static final FeedLimits FEEDS = FeedLimits.DEFAULT;

  @Test
  void refusalsNameValueAndRange() {
    assertThatThrownBy(() -> new HttpSettings.Address("localhost", 65_536))
        .hasMessage("port out of range: port=65536, min=0, max=65535");
    assertThatThrownBy(() -> new HttpSettings.Address(" ", 1)).hasMessage("host is blank");
    assertThatThrownBy(() -> new RequestLimits(1 << 10, 1 << 10, 1 << 10, 0, 1))
        .hasMessage("maxJsonDepth out of range: maxJsonDepth=0, min=1, max=1000");
    assertThatThrownBy(
            () ->
                new HttpSettings(
                    TestFront.ANY,
                    TestFront.ANY,
                    0,
                    RequestLimits.DEFAULT,
                    Duration.ofSeconds(1),
                    Duration.ZERO))
        .hasMessageStartingWith("eventLoops out of range: eventLoops=0");
  }

  @Test
  void aDefaultTimeoutIsWithinTheGreatest() {
    assertThatThrownBy(() -> timeouts(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .hasMessage("defaultTimeout out of range: defaultTimeout=PT2S, min=PT0.001S, max=PT1S");
    assertThatThrownBy(() -> timeouts(Duration.ZERO, Duration.ofSeconds(1)))
        .hasMessageContaining("defaultTimeout=PT0S");
  }

  private static FeedLimits timeouts(Duration normal, Duration max) {
    return new FeedLimits(
        normal,
        max,
        FEEDS.minHeartbeat(),
        FEEDS.maxOpenFeeds(),
        FEEDS.maxChannels(),
        FEEDS.rowsPerPage(),
        FEEDS.documentsPerPage(),
        FEEDS.firstRetry(),
        FEEDS.maxRetry());
  }
}
