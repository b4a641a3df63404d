package io.channelindex.perf.config;

import java.util.Optional;

/** Every setting of the suite. As a property its name is {@link #key()}. */
public enum Setting {
  TARGET("target", "where to run: auto, embedded, container or external"),
  CONNECTION_STRING(
      "connection-string", "the external cluster, such as couchbase://db.example.org"),
  USERNAME("username", "the user, on every target"),
  PASSWORD("password", "the user's password, on every target"),
  DATA_BUCKET("data-bucket", "the bucket of the documents"),
  INDEX_BUCKET("index-bucket", "the bucket of the channel index"),
  IMAGE("image", "the image of the container"),
  NODE_HEAP("node-heap-mib", "the heap of the embedded node, in MiB"),
  PROFILE("profile", "how much to do by default: smoke, quick or full"),
  WORKLOADS("workloads", "which workloads to run, separated by commas; all by default"),
  VBUCKETS("vbuckets", "vbucket counts of the embedded node, separated by commas"),
  DOCUMENTS("documents", "documents per workload"),
  COMPARE_DOCUMENTS("compare-documents", "documents of load-and-compare"),
  DOCUMENT_BYTES("document-bytes", "bytes per document"),
  SECONDS("seconds", "how long each measurement takes"),
  WARM_UP_SECONDS("warm-up-seconds", "how long load runs before it is measured"),
  IN_FLIGHT("in-flight", "operations that closed loops keep under way"),
  RATE("rate", "operations per second of open loops"),
  CONNECTIONS("connections", "key-value connections per node"),
  FEED_BUFFER("feed-buffer-kib", "flow-control buffer of a change feed, in KiB"),
  FEED_FOLLOWERS("feed-followers", "followers of the workloads with the changes server"),
  FEED_PER_CHANNEL("feed-followers-per-channel", "how many of them follow the same channel"),
  FEED_RATE("feed-rate", "writes per second of the workloads with the changes server"),
  FEED_DOCUMENTS("feed-documents", "documents that are written again and again there"),
  FEED_DOCUMENT_BYTES("feed-document-bytes", "bytes per document there"),
  FEED_SECONDS("feed-seconds", "how long each measurement takes there"),
  FEED_WARM_UP_SECONDS("feed-warm-up-seconds", "how long load runs before it is measured there"),
  FEED_WRITER(
      "feed-writer", "who writes there: rest (the server's interface) or process (this one)"),
  INDEX_DOCUMENTS("index-documents", "documents that are indexed from nothing"),
  SERVER_HEAP("server-heap-mib", "the heap of the changes server, in MiB"),
  CODECS("codecs", "of which clock codecs the speed is measured: few, chosen or all"),
  CODEC_SECONDS("codec-seconds", "how long one of the eight iterations of each takes"),
  MATRIX_LAYOUTS("matrix-layouts", "layouts of the matrix, separated by commas, or all"),
  MATRIX_COMPRESSIONS(
      "matrix-compressions", "compressions of the matrix, separated by commas, or all"),
  MATRIX_SHAPES("matrix-shapes", "shapes of the matrix, separated by commas, or all"),
  MATRIX_REPEATS("matrix-repeats", "how often each cell of the matrix is measured"),
  MATRIX_DOCUMENTS("matrix-documents", "changes that each cell of the matrix indexes, about"),
  MATRIX_COMPACT_AFTER(
      "matrix-compact-after-seconds", "how long its partitions rest before they compact"),
  FULL_LOAD_DOCUMENTS("full-load-documents", "documents that full-load indexes"),
  FULL_LOAD_WARM_UPS(
      "full-load-warm-ups", "most passes of full-load before those that are measured"),
  SEED("seed", "the seed of every generated document"),
  REPORT_DIRECTORY("report-directory", "where the report goes"),
  PROGRESS("progress", "how to show progress: auto, live or plain");

  private static final String PREFIX = "perf.";

  private final String name;
  private final String meaning;

  Setting(String name, String meaning) {
    this.name = name;
    this.meaning = meaning;
  }

  /** The full property name, such as {@code perf.in-flight}. */
  public String key() {
    return PREFIX + name;
  }

  /** What the setting means, in one phrase. */
  public String meaning() {
    return meaning;
  }

  /** Whether a property of this name belongs to the suite, known or not. */
  public static boolean claims(String key) {
    return key.startsWith(PREFIX);
  }

  static Optional<Setting> ofKey(String key) {
    for (Setting setting : values()) {
      if (setting.key().equals(key)) {
        return Optional.of(setting);
      }
    }
    return Optional.empty();
  }
}
