package io.channelindex.perf.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  private long now = 5;
  private long compiling;

  private void pass(WarmUp warmUp, long millis, long compilingMillis) {
    assertThat(warmUp.goesOn()).isTrue();
    now += TimeUnit.MILLISECONDS.toNanos(millis);
    compiling += compilingMillis;
  }

  @Test
  void passesWarmUpUntilLittleIsCompiledInOne() {
    WarmUp warmUp = WarmUp.untilCompiled(4, () -> compiling, () -> now);
    pass(warmUp, 5_000, 4_000);
    pass(warmUp, 3_000, 800);
    pass(warmUp, 3_000, 450);

    assertThat(warmUp.goesOn()).isFalse();
    assertThat(warmUp.passes()).isEqualTo(3);
  }

  @Test
  void warmingUpEnds() {
    WarmUp warmUp = WarmUp.untilCompiled(4, () -> compiling, () -> now);
    for (int i = 0; i < 4; i++) {
      pass(warmUp, 1_000, 1_000);
    }

    assertThat(warmUp.goesOn()).isFalse();
    assertThat(warmUp.passes()).isEqualTo(4);
  }

  @Test
  void onePassIsEnoughWhereNobodyLooks() {
    WarmUp warmUp = WarmUp.onePass();
    pass(warmUp, 1_000, 1_000);

    assertThat(warmUp.goesOn()).isFalse();
    assertThat(warmUp.passes()).isEqualTo(1);
  }

  @Test
  void theJvmTellsHowLongItCompiles() {
    assertThat(WarmUp.untilCompiled(1, System::nanoTime).goesOn()).isTrue();
  }
}
