package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.perf.config.InvalidSettingException;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkloadsTest {
  @Test
  void namesAreUniqueAndFitForResults() {
    assertThat(Workloads.all())
        .extracting(Workload::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z0-9]+(-[a-z0-9]+)*"));
    assertThat(Workloads.all()).extracting(Workload::description).allMatch(d -> d.endsWith("."));
  }

  @Test
  void chosenOnesRunInTheUsualOrder() {
    assertThat(Workloads.named(List.of("dcp-live", "kv-upsert")))
        .extracting(Workload::name)
        .containsExactly("kv-upsert", "dcp-live");
    assertThat(Workloads.named(List.of())).isEqualTo(Workloads.all());
  }

  @Test
  void anUnknownOneIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> Workloads.named(List.of("kv-get", "dcp-life")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("unknown workload: perf.workloads=dcp-life, nearest=[dcp-live");
  }
}
