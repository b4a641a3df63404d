package io.channelindex.index.write;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A document changes at 5, and everybody is told; that is lost, it is written again, and that is
 * lost too before it was indexed: everybody has to be told what it is then, although the first
 * rollback had no state to bring back. {@link WriterHistory#finish} asserts that they were.
 */
class RewrittenAndUndoneTest {
  private static final int VBUCKET = 3;

  private final WriterHistory history = new WriterHistory(1);
  private final DataVbucket data = history.data.get(VBUCKET);

  @BeforeEach
  void take() {
    history.take();
    history.turns.untilQuiet();
  }

  private void document(String... channels) {
    data.write("document", Optional.of(Set.of(channels)));
  }

  private void others(int count) {
    for (int i = 0; i < count; i++) {
      data.write("other" + i, Optional.of(Set.of("d")));
    }
  }

  private void everybodyIsTold() {
    history.settle(VBUCKET);
    history.clients.follow();
  }

  /** Loses what is above 4, but only after it was written again in these channels. */
  private void loseAboveFourTwice(String... channels) {
    data.failOver(4);
    document(channels);
    history.current().feed(VBUCKET);
    history.turns.untilQuiet();
    history.clients.follow();
    data.failOver(4);
  }

  @Test
  void whoWasToldThatItLeftIsToldThatItIsIn() {
    document("a");
    others(3);
    everybodyIsTold();
    document("c");
    everybodyIsTold();
    loseAboveFourTwice("c");
    history.finish();
  }

  @Test
  void whoWasToldThatItIsInIsToldThatItLeftLongAgo() {
    document("a");
    document();
    document("c");
    others(1);
    everybodyIsTold();
    document("a");
    everybodyIsTold();
    loseAboveFourTwice("a");
    history.finish();
  }

  @Test
  void whoWasToldThatItIsInIsToldWhatWasNeverIndexed() {
    document("a");
    everybodyIsTold();
    document("c");
    others(2);
    document("a");
    everybodyIsTold();
    loseAboveFourTwice("a");
    history.finish();
  }
}
