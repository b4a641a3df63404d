package io.channelindex.perf.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SuiteSettingsTest {
  @Test
  void nothingSetIsAQuickRunWhereverItCanBe() {
    SuiteSettings settings = SuiteSettings.from(Map.of("java.version", "17", "user.name", "me"));
    assertThat(settings.profile()).isEqualTo(Profile.QUICK);
    assertThat(settings.target().choice()).isEqualTo(TargetChoice.AUTO);
    assertThat(settings.target().vbuckets()).containsExactly(64, 1024);
    assertThat(settings.target().buckets()).isEqualTo(new Buckets("data", "index"));
    assertThat(settings.load().inFlight()).isEqualTo(1024);
    assertThat(settings.load().documentBytes()).isEqualTo(120);
    assertThat(settings.workloads()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void everyProfileIsWithinItsOwnRanges(Profile profile) {
    SuiteSettings settings = SuiteSettings.from(Map.of("perf.profile", profile.name()));
    assertThat(settings.profile()).isEqualTo(profile);
  }

  @Test
  void aFullRunComparesAMillionDocuments() {
    assertThat(SuiteSettings.from(Map.of("perf.profile", "full")).load().compareDocuments())
        .isEqualTo(1_000_000);
  }

  @Test
  void finerSettingsWinOverTheProfile() {
    SuiteSettings settings =
        SuiteSettings.from(
            Map.of(
                "perf.profile", "smoke",
                "perf.documents", "1_500",
                "perf.seconds", "2.5",
                "perf.vbuckets", " 16, 128 ",
                "perf.workloads", "kv-get,dcp-live",
                "perf.seed", "-7"));
    assertThat(settings.load().documents()).isEqualTo(1_500);
    assertThat(settings.load().measure()).isEqualTo(Duration.ofMillis(2_500));
    assertThat(settings.target().vbuckets()).containsExactly(16, 128);
    assertThat(settings.workloads()).containsExactly("kv-get", "dcp-live");
    assertThat(settings.load().seed()).isEqualTo(-7);
  }

  @Test
  void anUnknownSettingIsRefusedWithTheNearestOnes() {
    assertThatThrownBy(() -> SuiteSettings.from(Map.of("perf.in-flihgt", "1")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("unknown setting: name=perf.in-flihgt, nearest=[perf.in-flight]");
  }

  @ParameterizedTest
  @CsvSource({
    "perf.documents, 0, 'setting out of range: perf.documents=0, minimum=1, maximum=100000000'",
    "perf.document-bytes, 63, 'setting out of range: perf.document-bytes=63, minimum=64, maximum=1048576'",
    "perf.in-flight, many, 'malformed setting: perf.in-flight=many, expected a whole number'",
    "perf.seconds, 0, 'setting out of range: perf.seconds=0.0, minimum=0.1, maximum=3600.0'",
    "perf.seconds, soon, 'malformed setting: perf.seconds=soon, expected a number of seconds'",
    "perf.vbuckets, 48, 'setting is not a power of two: perf.vbuckets=48'",
    "perf.vbuckets, 2048, 'setting out of range: perf.vbuckets=2048, minimum=1, maximum=1024'",
    "perf.seed, 1.5, 'malformed setting: perf.seed=1.5, expected a whole number'",
    "perf.matrix-repeats, 0, 'setting out of range: perf.matrix-repeats=0, minimum=1, maximum=100'",
    "perf.matrix-layouts, dens, 'unknown value: perf.matrix-layouts=dens, nearest=[dense], or all'",
    "perf.matrix-shapes, 'sparse,many-smal', 'unknown value: perf.matrix-shapes=many-smal, nearest=[many-small], or all'",
    "perf.matrix-compressions, nonne, 'unknown value: perf.matrix-compressions=nonne, nearest=[none], or all'",
    "perf.target, moon, 'malformed setting: perf.target=moon, expected one of [auto, embedded, container, external]'",
    "perf.index-bucket, data, 'the buckets must differ: perf.data-bucket=data, perf.index-bucket=data'"
  })
  void aValueThatCannotBeIsRefusedWithItsName(String name, String value, String message) {
    assertThatThrownBy(() -> SuiteSettings.from(Map.of(name, value)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(message);
  }

  @Test
  void allOfAMatrixOrSomeOfIt() {
    MatrixSettings all = SuiteSettings.from(Map.of("perf.matrix-shapes", "all")).matrix();
    assertThat(all.shapes()).containsExactly(MatrixShape.values());
    MatrixSettings some =
        SuiteSettings.from(
                Map.of(
                    "perf.matrix-shapes", "sparse, update-heavy,sparse",
                    "perf.matrix-repeats", "5",
                    "perf.matrix-documents", "10_000"))
            .matrix();
    assertThat(some.shapes()).containsExactly(MatrixShape.SPARSE, MatrixShape.UPDATE_HEAVY);
    assertThat(some.repeats()).isEqualTo(5);
    assertThat(some.documents()).isEqualTo(10_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-1", "1e300"})
  void oddDurationsAreRefused(String seconds) {
    assertThatThrownBy(() -> SuiteSettings.from(Map.of("perf.seconds", seconds)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("perf.seconds");
  }

  @Test
  void anOpenLoopTooLongForMemoryIsRefused() {
    assertThatThrownBy(
            () -> SuiteSettings.from(Map.of("perf.rate", "1000000", "perf.seconds", "600")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("too many operations in one open loop: perf.rate=1000000");
  }

  @Test
  void aConnectionStringMeansAnExternalCluster() {
    SuiteSettings settings =
        SuiteSettings.from(Map.of("perf.connection-string", "couchbase://db.example.org"));
    assertThat(settings.target().choice()).isEqualTo(TargetChoice.EXTERNAL);
    assertThatThrownBy(
            () ->
                SuiteSettings.from(
                    Map.of("perf.connection-string", "couchbase://x", "perf.target", "embedded")))
        .hasMessageContaining("perf.connection-string needs perf.target=external");
    assertThatThrownBy(() -> SuiteSettings.from(Map.of("perf.target", "external")))
        .hasMessageContaining("needs name=perf.connection-string");
  }

  @Test
  void vbucketsAreTheClustersOwnWhereThereIsOne() {
    assertThatThrownBy(
            () -> SuiteSettings.from(Map.of("perf.target", "container", "perf.vbuckets", "64")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("perf.vbuckets is read from the cluster");
  }

  @Test
  void aPasswordIsNeverPrinted() {
    SuiteSettings settings = SuiteSettings.from(Map.of("perf.password", "opensesame"));
    assertThat(settings.target().credentials().password()).isEqualTo("opensesame");
    assertThat(settings.toString()).doesNotContain("opensesame");
  }
}
