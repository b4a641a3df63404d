package io.channelindex.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.index.write.Batching;
import io.channelindex.index.write.Batching.Linger;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.storage.compress.BlockCompression;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {
  private static final String SMALLEST =
      """
      databases:
        db: {bucket: data, index: {bucket: index}}
      """;

  @Test
  void fillsInWhatIsAbsent() {
    ServerConfig config = ServerConfig.parse(SMALLEST, "test");

    assertThat(config).isEqualTo(ServerConfig.DEFAULT);
    assertThat(config.couchbase()).isNull();
    assertThat(config.listen().publicAddress()).hasToString("127.0.0.1:4984");
    assertThat(config.listen().adminAddress()).hasToString("127.0.0.1:4985");
    assertThat(config.databases().get("db").index().owned()).containsExactly("all");
  }

  @Test
  void readsEverything() {
    ServerConfig config =
        ServerConfig.parse(
            """
            listen: {public: "0.0.0.0:5984", admin: "[::1]:0"}
            couchbase: {connectionString: "couchbase://a,b", username: u, password: p}
            databases:
              cars:
                bucket: cars
                index:
                  bucket: cars-index
                  partitions: 32
                  owned: [0-7, 12]
                  layout: log
                  channelVbuckets: 4
                  compression: zstd-dictionary
                  compactBlocks: 16
                  compactAfter: 2m
                  blockSize: 8KiB
                  batch: {changes: 500, size: 1MiB, linger: 5ms, operations: 64}
                  retryFor: 2s
                  durability: MAJORITY
                  cacheSize: 1MiB
                  kind: channel-index
                  memory: 3GiB
                feed: {bufferSize: 1MiB, persistencePolling: 100ms}
                wakeUps: {mode: poll, interval: 250ms, slowInterval: 2s, handOver: false}
                tokens: {strategy: relative, expiry: 2d, baseInterval: 10s}
            """,
            "test");

    assertThat(config)
        .isEqualTo(
            new ServerConfig(
                new ListenConfig(new Address("0.0.0.0", 5984), new Address("[::1]", 0)),
                new CouchbaseConfig("couchbase://a,b", "u", "p"),
                Map.of(
                    "cars",
                    new DatabaseConfig(
                        "cars",
                        new IndexConfig(
                            "cars-index",
                            32,
                            List.of("0-7", "12"),
                            "log",
                            4,
                            BlockCompression.ZSTD_DICTIONARY,
                            16,
                            Duration.ofMinutes(2),
                            8192,
                            new BatchConfig(500, 1 << 20, Linger.FIXED, Duration.ofMillis(5), 64),
                            Duration.ofSeconds(2),
                            IndexConfig.Durability.MAJORITY,
                            1 << 20,
                            IndexConfig.Kind.CHANNEL_INDEX,
                            3L << 30),
                        new FeedConfig(1 << 20, Duration.ofMillis(100)),
                        new WakeUpsConfig(
                            WakeUpsConfig.Mode.POLL,
                            Duration.ofMillis(250),
                            Duration.ofSeconds(2),
                            false),
                        new TokensConfig(
                            TokenSettings.Strategy.RELATIVE,
                            Duration.ofDays(2),
                            Duration.ofSeconds(10))))));
  }

  @Test
  void batchesAreAdaptiveUnlessToldOtherwise() {
    String database = "databases: {db: {bucket: a, index: {bucket: b%s}}}";
    assertThat(batch(database.formatted(""))).isEqualTo(BatchConfig.DEFAULT);
    assertThat(batch(database.formatted(", batch: {}"))).isEqualTo(BatchConfig.DEFAULT);
    assertThat(BatchConfig.DEFAULT.batching()).isEqualTo(Batching.DEFAULT);
    BatchConfig patient = batch(database.formatted(", batch: {linger: adaptive, longest: 1s}"));
    assertThat(patient.batching())
        .isEqualTo(Batching.DEFAULT.withLinger(Linger.ADAPTIVE, Duration.ofSeconds(1)));
    BatchConfig never = batch(database.formatted(", batch: {linger: 0ms}"));
    assertThat(never.batching())
        .isEqualTo(Batching.DEFAULT.withLinger(Linger.FIXED, Duration.ZERO));
  }

  private static BatchConfig batch(String config) {
    return ServerConfig.parse(config, "test").databases().get("db").index().batch();
  }

  @Test
  void neverPrintsThePassword() {
    assertThat(new CouchbaseConfig("couchbase://a", "u", "secret").toString())
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listen: {public: here}|not host:port: address=here",
        "databases: {a: {bucket: b, index: {bucket: c, channelVbuckets: 1025}}}|channelVbuckets=1025, min=0, max=1024",
        "listen: {public: '::1:4984'}|IPv6 address stands in brackets: host=::1",
        "listen: {public: 'a:70000'}|port=70000, min=0, max=65535",
        "listen: {puplic: 'a:1'}|unknown key: listen.puplic, known=[admin, public]",
        "couchbase: {connectionString: x}|missing: couchbase.username",
        "{databases: {db: {bucket: a, index: {bucket: b}}}, nothing: 1}|unknown key: nothing",
        "listen: {}|missing: databases",
        "databases: {Db: {bucket: a, index: {bucket: b}}}|not a database name: databases=Db",
        "databases: {db: {bucket: a}}|missing: index",
        "databases: {db: {bucket: a, index: {bucket: b, partitions: 0}}}|index.partitions=0, min=1",
        "databases: {db: {bucket: a, index: {bucket: b, batch: {linger: 5}}}}"
            + "|not a duration: value=5",
        "databases: {db: {bucket: a, index: {bucket: b, batch: {longest: 11s}}}}"
            + "|index.batch.longest=11s, min=0s, max=10s",
        "databases: {db: {bucket: a, index: {bucket: b, batch: {linger: 5ms, longest: 1s}}}}"
            + "|of an adaptive linger only: index.batch.longest=1s",
        "databases: {db: {bucket: a, index: {bucket: b, batch: {size: 1KiB}}}}"
            + "|index.batch.size=1024, min=65536",
        "databases: {db: {bucket: a, index: {bucket: b, batch: {operations: 0}}}}"
            + "|index.batch.operations=0, min=1",
        "databases: {db: {bucket: a, index: {bucket: b, blockSize: 2GB}}}|not a size: value=2GB",
        "databases: {db: {bucket: a, index: {bucket: b, blockSize: 2GiB}}}|out of range: size=2GiB",
        "databases: {db: {bucket: a, index: {bucket: b, kind: x}}}"
            + "|unknown: index.kind=x, expected=channel-index",
        "databases: {db: {bucket: a, index: {bucket: b, kind: in-memory, owned: [0-7]}}}"
            + "|needs all partitions: index.owned=[0-7]",
        "databases: {db: {bucket: a, index: {bucket: b, memory: 1KiB}}}|index.memory=1024",
        "databases: {db: {bucket: a, index: {bucket: b, layout: x}}}|unknown: index.layout=x",
        "databases: {db: {bucket: a, index: {bucket: b, compression: gzip}}}|index.compression=gzip",
        "databases: {db: {bucket: a, index: {bucket: b}, wakeUps: {mode: guess}}}"
            + "|wakeUps.mode=guess, known=push, poll",
        "databases: {db: {bucket: a, index: {bucket: b}, tokens: {strategy: guess}}}"
            + "|tokens.strategy=guess, known=stateless, lookup, relative",
        "databases: {db: {bucket: a, index: {bucket: b}, tokens: {expiry: 30s}}}"
            + "|tokens.expiry",
      })
  void refusesWhatItDoesNotUnderstand(String text, String message) {
    assertThatThrownBy(() -> ServerConfig.parse(text, "server.yaml"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("server.yaml")
        .hasMessageContaining(message);
  }

  @Test
  void namesTheLineWhereATextIsNotYaml() {
    assertThatThrownBy(() -> ServerConfig.parse("listen: {\n  ]", "x.yaml"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("x.yaml: ")
        .hasMessageContaining("line 2");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertThatThrownBy(() -> ServerConfig.read(Path.of("no", "such.yaml")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("no/such.yaml");
  }
}
