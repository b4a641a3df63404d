package io.channelindex.perf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void roundingDoesNotAddUp() {
    Schedule schedule = new Schedule(0, 3, 3_000_001);
    assertThat(schedule.due(1)).isEqualTo(333_333_333);
    assertThat(schedule.due(3_000_000)).isEqualTo(1_000_000 * 1_000_000_000L);
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> new Schedule(0, 0, 1))
        .hasMessage("invalid schedule: ratePerSecond=0, operations=1");
    assertThatThrownBy(() -> new Schedule(0, 1, -1)).hasMessageContaining("operations=-1");
  }
}
