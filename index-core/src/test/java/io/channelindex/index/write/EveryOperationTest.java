package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.ShortLives.Lasting;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link ShortLives} in which a write goes wrong, or the owner crashes between two. */
@ExtendWith(Silence.class)
class EveryOperationTest {
  @ParameterizedTest
  @EnumSource(Action.class)
  void aWriteGoesWrong(Action action) {
    for (int layout = 0; layout < ShortLives.LAYOUTS; layout++) {
      int lives = ShortLives.withFault(layout, action, Operation::isWrite, Lasting.ONCE);
      assertThat(lives).as("writes that went wrong").isGreaterThan(20);
    }
    int layout = ShortLives.anyLayout(action);
    int lives =
        ShortLives.withFault(layout, action, Operation::isWrite, Lasting.LONGER_THAN_OWNERS_TRY);
    assertThat(lives).as("writes from which on all went wrong").isGreaterThan(20);
  }

  @Test
  void anOwnerCrashesBeforeAStep() {
    for (int layout = 0; layout < ShortLives.LAYOUTS; layout++) {
      assertThat(ShortLives.withCrash(layout)).as("steps").isGreaterThan(12);
    }
  }
}
