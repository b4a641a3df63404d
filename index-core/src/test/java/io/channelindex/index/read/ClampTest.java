package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.BranchVector;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.ClockSpan;
import io.channelindex.sequence.token.FeedToken.Iteration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Four vbuckets; all history above 10 of vbucket 1 is undone, feeds that saw it resume at 6. */
class ClampTest {
  private static final BranchVector BEFORE = BranchVector.of(1000, 1001, 1002, 1003);
  private final StableView view = rolledBack();

  private static StableView rolledBack() {
    TestIndex content = new TestIndex(4, 2);
    for (int vbucket = 0; vbucket < 4; vbucket++) {
      content.stable(vbucket, 30);
    }
    content.stable(1, 10);
    content.history(
        1,
        content
            .history(1)
            .rolledBack(10, 6, List.of(new FailoverEntry(77, 10), new FailoverEntry(1001, 0))));
    StableView view =
        StableView.unread(new PartitionMap(4, 2))
            .with(List.of(content.commit(0), content.commit(1)));
    content.bucket.close();
    return view;
  }

  private Clamp.Result clamp(SequenceClock since, Iteration iteration) {
    return Clamp.to(view, new FeedState(BEFORE, ClockSpan.exactly(since), iteration));
  }

  @Test
  void whatIsStillTrueStays() {
    SequenceClock since = SequenceClock.of(20, 6, 20, 20);
    Clamp.Result result = clamp(since, null);

    assertThat(result.clamped()).isZero();
    assertThat(result.state()).isEqualTo(FeedState.at(view.branches(), since));
  }

  @Test
  void whoMayHavePassedOverWhatCameBackIsToldOfIt() {
    Clamp.Result result = clamp(SequenceClock.of(20, 7, 20, 20), null);

    assertThat(result.clamped()).isEqualTo(1);
    assertThat(result.state().since()).isEqualTo(SequenceClock.of(20, 6, 20, 20));
  }

  @Test
  void whatWasUndoneGoesBackToWhereItIsToldAgain() {
    Clamp.Result result = clamp(SequenceClock.of(20, 11, 20, 20), null);

    assertThat(result.clamped()).isEqualTo(1);
    assertThat(result.state().since()).isEqualTo(SequenceClock.of(20, 6, 20, 20));
    assertThat(result.state().iteration())
        .isEqualTo(new Iteration(SequenceClock.of(20, 10, 20, 20), 1, 6, null));
  }

  @Test
  void whatHadSeenNothingThatIsStillTrueBeginsAgain() {
    BranchVector unknown = BranchVector.of(1000, 666, 1002, 1003);
    FeedState state =
        new FeedState(unknown, ClockSpan.exactly(SequenceClock.of(20, 9, 20, 20)), null);

    assertThat(Clamp.to(view, state).state())
        .isEqualTo(FeedState.at(view.branches(), SequenceClock.of(20, 0, 20, 20)));
  }

  @Test
  void aVbucketThatIsDoneIsUnderWayAgain() {
    Iteration iteration = new Iteration(SequenceClock.of(20, 12, 20, 20), 3, 15, null);
    FeedState state = clamp(SequenceClock.of(1, 1, 1, 1), iteration).state();

    assertThat(state.since()).isEqualTo(SequenceClock.of(20, 6, 20, 1));
    assertThat(state.iteration())
        .isEqualTo(new Iteration(SequenceClock.of(20, 10, 20, 20), 1, 6, null));
  }

  @Test
  void ofAVbucketAheadAnythingMayHaveBeenSeen() {
    Iteration iteration = new Iteration(SequenceClock.of(20, 12, 20, 20), 0, 15, "doc");
    FeedState state = clamp(SequenceClock.of(1, 8, 1, 1), iteration).state();

    assertThat(state.since()).isEqualTo(SequenceClock.of(1, 6, 1, 1));
    assertThat(state.iteration())
        .isEqualTo(new Iteration(SequenceClock.of(20, 10, 20, 20), 0, 15, "doc"));
  }

  @Test
  void theVbucketUnderWayBeginsAgain() {
    Iteration iteration = new Iteration(SequenceClock.of(20, 12, 20, 20), 1, 9, "doc");
    FeedState state = clamp(SequenceClock.of(1, 3, 1, 1), iteration).state();

    assertThat(state.since()).isEqualTo(SequenceClock.of(20, 3, 1, 1));
    assertThat(state.iteration())
        .isEqualTo(new Iteration(SequenceClock.of(20, 10, 20, 20), 1, 3, null));
  }

  @Test
  void theVbucketUnderWayGoesFurtherBackThanItBegan() {
    Iteration iteration = new Iteration(SequenceClock.of(20, 12, 20, 20), 1, 9, null);
    FeedState state = clamp(SequenceClock.of(1, 8, 1, 1), iteration).state();

    assertThat(state.since()).isEqualTo(SequenceClock.of(20, 6, 1, 1));
    assertThat(state.iteration())
        .isEqualTo(new Iteration(SequenceClock.of(20, 10, 20, 20), 1, 6, null));
  }
}
