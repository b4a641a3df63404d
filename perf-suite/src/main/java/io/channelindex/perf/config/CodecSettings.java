package io.channelindex.perf.config;

import java.time.Duration;

/**
 * How codecs are measured.
 *
 * @param cells which
 * @param iteration how long one of the eight iterations of each takes, of which three count
 */
public record CodecSettings(CodecCells cells, Duration iteration) {
  public CodecSettings {
    Require.range(Setting.CODEC_SECONDS, iteration, Duration.ofMillis(10), Duration.ofMinutes(1));
  }
}
