package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever checks histories notices what is wrong, in the first few of them. */
@ExtendWith(Silence.class)
class DefectsTest {
  private static final int HISTORIES = 10;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aDefectIsNoticed(Defect defect) {
    assertThatThrownBy(
            () -> {
              for (long seed = 9_000_000; seed < 9_000_000 + HISTORIES; seed++) {
                Histories.run(seed, defect.troubles(), defect);
              }
            })
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("history.seed=900000");
  }
}
