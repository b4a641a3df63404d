package io.channelindex.perf.server;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.channelindex.perf.target.Endpoint;
import java.util.Locale;
import java.util.Map;

/**
 * The configuration of a changes server with one database, on ports that it chooses itself.
 *
 * @param endpoint the cluster
 * @param database the name of the database
 * @param indexing whether it indexes, or only serves
 * @param persistence when changes are indexed
 * @param wakeUps how feeds learn that there is something new
 * @param tokens how tokens are made
 * @param index what else is said of the index, by the names of its settings
 */
public record ServerConfig(
    Endpoint endpoint,
    String database,
    Indexing indexing,
    Persistence persistence,
    WakeUps wakeUps,
    Tokens tokens,
    Map<String, String> index) {
  private static final String KIND = "kind";
  private static final String IN_MEMORY = "in-memory";

  public ServerConfig {
    index = Map.copyOf(index);
  }

  /** With an index of which nothing else is said. */
  public ServerConfig(
      Endpoint endpoint,
      String database,
      Indexing indexing,
      Persistence persistence,
      WakeUps wakeUps,
      Tokens tokens) {
    this(endpoint, database, indexing, persistence, wakeUps, tokens, Map.of());
  }

  /** Whether a server indexes what is written. */
  public enum Indexing {
    /** All partitions. */
    ALL("\"all\""),
    /** None: it takes documents and serves the feeds, and others index. */
    NONE("[]");

    private final String owned;

    Indexing(String owned) {
      this.owned = owned;
    }
  }

  /** When changes are indexed. */
  public enum Persistence {
    /** As soon as they come. */
    AT_ONCE("off"),
    /** When the cluster says, asked every so often, that they are persisted on every replica. */
    WHEN_PERSISTED("100ms");

    private final String polling;

    Persistence(String polling) {
      this.polling = polling;
    }
  }

  /** How feeds learn that there is something new. */
  public enum WakeUps {
    /** From the writers of their own server, and of what others index from the index bucket. */
    HANDED_OVER("push", true),
    /** From the index bucket's own feed only. */
    PUSH("push", false),
    /** By looking every so often only. */
    POLL("poll", false);

    private final String mode;
    private final boolean handOver;

    WakeUps(String mode, boolean handOver) {
      this.mode = mode;
      this.handOver = handOver;
    }
  }

  /** How tokens are made. */
  public enum Tokens {
    /** They say everything themselves. */
    STATELESS,
    /** They name clocks that are stored. */
    LOOKUP,
    /** They tell the difference to clocks that are published. */
    RELATIVE
  }

  /** What says how an index is arranged: a layout's name, or {@code in-memory}. */
  public static Map<String, String> arranged(String layout) {
    return Map.of(layout.equals(IN_MEMORY) ? KIND : "layout", layout);
  }

  /** Whether the index is in the server's memory. */
  public boolean isInMemory() {
    return IN_MEMORY.equals(index.get(KIND));
  }

  /** As the server reads it. */
  public String yaml() {
    return """
        listen:
          public: "127.0.0.1:0"
          admin: "127.0.0.1:0"
        couchbase:
          connectionString: %s
          username: %s
          password: %s
        databases:
          %s:
            bucket: %s
            index:
              bucket: %s
              owned: %s%s
            feed:
              persistencePolling: %s
            wakeUps:
              mode: %s
              interval: 100ms
              handOver: %s
            tokens:
              strategy: %s
        """
        .formatted(
            quoted(endpoint.connectionString()),
            quoted(endpoint.credentials().username()),
            quoted(endpoint.credentials().password()),
            quoted(database),
            quoted(endpoint.buckets().data()),
            quoted(endpoint.buckets().index()),
            indexing.owned,
            moreOfIndex(),
            quoted(persistence.polling),
            wakeUps.mode,
            wakeUps.handOver,
            tokens.name().toLowerCase(Locale.ROOT));
  }

  private String moreOfIndex() {
    StringBuilder more = new StringBuilder();
    index.forEach(
        (name, value) -> more.append("\n      ").append(name).append(": ").append(quoted(value)));
    return more.toString();
  }

  /** Strings in double quotes mean the same in YAML and in JSON. */
  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
