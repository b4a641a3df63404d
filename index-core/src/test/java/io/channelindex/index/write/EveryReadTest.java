package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.ShortLives.Lasting;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import java.util.function.Predicate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link ShortLives} in which a read goes wrong. */
@ExtendWith(Silence.class)
class EveryReadTest {
  @ParameterizedTest
  @EnumSource(
      value = Action.class,
      names = {"FAIL", "TIME_OUT", "HOLD_ANSWER"})
  void aReadGoesWrong(Action action) {
    Predicate<Operation> read = operation -> operation == Operation.GET;
    for (int layout = 0; layout < ShortLives.LAYOUTS; layout++) {
      int lives = ShortLives.withFault(layout, action, read, Lasting.ONCE);
      assertThat(lives).as("reads that went wrong").isGreaterThan(20);
    }
    int layout = ShortLives.anyLayout(action);
    int lives = ShortLives.withFault(layout, action, read, Lasting.LONGER_THAN_OWNERS_TRY);
    assertThat(lives).as("reads from which on all went wrong").isGreaterThan(20);
  }
}
