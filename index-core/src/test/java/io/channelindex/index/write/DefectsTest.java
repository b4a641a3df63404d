package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever checks histories notices what is wrong, for what it is, in the first few of them. */
@ExtendWith(Silence.class)
class DefectsTest {
  private static final int HISTORIES = 20;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aDefectIsNoticed(Defect defect) {
    List<String> noticed = new ArrayList<>();
    for (long seed = 9_000_000; seed < 9_000_000 + HISTORIES; seed++) {
      try {
        Histories.run(seed, defect.troubles(), defect);
      } catch (AssertionError failure) {
        assertThat(failure).hasMessageContaining("-Dhistory.seed=" + seed);
        noticed.add(String.valueOf(failure.getCause()));
      }
    }
    assertThat(noticed).anySatisfy(what -> assertThat(what).contains(defect.evidence()));
  }
}
