package io.channelindex.perf.config;

import io.channelindex.index.write.Compacting;
import java.time.Duration;
import java.util.List;

/** How much a run does where nothing finer is set. */
public enum Profile {
  /** A minute or two: does everything still work, is the report sound? Its figures mean nothing. */
  SMOKE(2_000, 5_000, 500, Duration.ofMillis(1_000), Duration.ofMillis(500)),
  /** About seventeen minutes on two cores: figures for a first look. */
  QUICK(100_000, 200_000, 2_000, Duration.ofSeconds(4), Duration.ofSeconds(2)),
  /** Asked for: figures to compare with others, a million documents compared. */
  FULL(200_000, 1_000_000, 5_000, Duration.ofSeconds(20), Duration.ofSeconds(5));

  private final int documents;
  private final int compareDocuments;
  private final int rate;
  private final Duration measure;
  private final Duration warmUp;

  Profile(int documents, int compareDocuments, int rate, Duration measure, Duration warmUp) {
    this.documents = documents;
    this.compareDocuments = compareDocuments;
    this.rate = rate;
    this.measure = measure;
    this.warmUp = warmUp;
  }

  /**
   * The vbucket counts of the embedded node: a small deployment, and for more than smoke a full
   * one.
   */
  List<Integer> vbuckets() {
    return this == SMOKE ? List.of(64) : List.of(64, 1_024);
  }

  /** The load of this profile, with what was set explicitly in its place. */
  LoadSettings load(Settings settings) {
    return new LoadSettings(
        settings.longInteger(Setting.SEED, 1),
        settings.integer(Setting.DOCUMENTS, documents),
        settings.integer(Setting.COMPARE_DOCUMENTS, compareDocuments),
        settings.integer(Setting.DOCUMENT_BYTES, 120),
        settings.seconds(Setting.SECONDS, measure),
        settings.seconds(Setting.WARM_UP_SECONDS, warmUp),
        settings.integer(Setting.IN_FLIGHT, 1_024),
        settings.integer(Setting.RATE, rate),
        settings.integer(Setting.CONNECTIONS, 2),
        settings.integer(Setting.FEED_BUFFER, 16 * 1_024));
  }

  /** The load on a changes server, likewise. */
  FeedLoadSettings feeds(Settings settings) {
    FeedLoadSettings feeds = feeds();
    int followers = settings.integer(Setting.FEED_FOLLOWERS, feeds.followers());
    return new FeedLoadSettings(
        followers,
        settings.integer(
            Setting.FEED_PER_CHANNEL, Math.min(followers, feeds.followersPerChannel())),
        settings.integer(Setting.FEED_RATE, feeds.rate()),
        settings.integer(Setting.FEED_DOCUMENTS, feeds.documents()),
        settings.integer(Setting.FEED_DOCUMENT_BYTES, feeds.documentBytes()),
        settings.seconds(Setting.FEED_SECONDS, feeds.measure()),
        settings.seconds(Setting.FEED_WARM_UP_SECONDS, feeds.warmUp()),
        settings.choice(Setting.FEED_WRITER, FeedWriter.class).orElse(feeds.writer()),
        settings.integer(Setting.INDEX_DOCUMENTS, feeds.indexDocuments()),
        settings.integer(Setting.SERVER_HEAP, feeds.serverHeapMib()));
  }

  /** How codecs are measured, likewise. */
  CodecSettings codecs(Settings settings) {
    CodecSettings codecs =
        switch (this) {
          case SMOKE -> new CodecSettings(CodecCells.FEW, Duration.ofMillis(50));
          case QUICK -> new CodecSettings(CodecCells.CHOSEN, Duration.ofMillis(200));
          case FULL -> new CodecSettings(CodecCells.CHOSEN, Duration.ofMillis(500));
        };
    return new CodecSettings(
        settings.choice(Setting.CODECS, CodecCells.class).orElse(codecs.cells()),
        settings.seconds(Setting.CODEC_SECONDS, codecs.iteration()));
  }

  /** Which variants of the index are compared, likewise. */
  MatrixSettings matrix(Settings settings) {
    List<String> compressions = MatrixSettings.COMPRESSIONS;
    List<MatrixShape> shapes = List.of(MatrixShape.FEW_LARGE, MatrixShape.UPDATE_HEAVY);
    Duration atRest = Compacting.DEFAULT.atRest();
    MatrixSettings matrix =
        switch (this) {
          case SMOKE ->
              new MatrixSettings(
                  MatrixSettings.LAYOUTS,
                  List.of("none"),
                  shapes,
                  1,
                  2_000,
                  Duration.ofSeconds(2),
                  2_000,
                  1);
          case QUICK ->
              new MatrixSettings(
                  MatrixSettings.LAYOUTS,
                  List.of("none", "zstd"),
                  shapes,
                  3,
                  60_000,
                  atRest,
                  600_000,
                  15);
          case FULL ->
              new MatrixSettings(
                  MatrixSettings.LAYOUTS,
                  compressions,
                  List.of(MatrixShape.values()),
                  3,
                  200_000,
                  atRest,
                  600_000,
                  15);
        };
    return new MatrixSettings(
        settings.names(Setting.MATRIX_LAYOUTS, MatrixSettings.LAYOUTS, matrix.layouts()),
        settings.names(Setting.MATRIX_COMPRESSIONS, compressions, matrix.compressions()),
        settings
            .names(
                Setting.MATRIX_SHAPES,
                MatrixShape.labels(),
                matrix.shapes().stream().map(MatrixShape::label).toList())
            .stream()
            .map(MatrixShape::of)
            .toList(),
        settings.integer(Setting.MATRIX_REPEATS, matrix.repeats()),
        settings.integer(Setting.MATRIX_DOCUMENTS, matrix.documents()),
        settings.seconds(Setting.MATRIX_COMPACT_AFTER, matrix.compactAfter()),
        settings.integer(Setting.FULL_LOAD_DOCUMENTS, matrix.fullLoadDocuments()),
        settings.integer(Setting.FULL_LOAD_WARM_UPS, matrix.fullLoadWarmUps()));
  }

  private FeedLoadSettings feeds() {
    Duration second = Duration.ofSeconds(1);
    return switch (this) {
      case SMOKE ->
          new FeedLoadSettings(
              100,
              20,
              100,
              150,
              1_024,
              second.multipliedBy(2),
              second.multipliedBy(2),
              FeedWriter.REST,
              2_000,
              512);
      case QUICK ->
          new FeedLoadSettings(
              300,
              20,
              100,
              400,
              1_024,
              second.multipliedBy(8),
              second.multipliedBy(12),
              FeedWriter.REST,
              30_000,
              1_024);
      case FULL ->
          new FeedLoadSettings(
              5_000,
              20,
              500,
              5_000,
              1_024,
              second.multipliedBy(60),
              second.multipliedBy(150),
              FeedWriter.REST,
              500_000,
              2_048);
    };
  }
}
