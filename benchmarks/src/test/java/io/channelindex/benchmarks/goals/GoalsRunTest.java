package io.channelindex.benchmarks.goals;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.benchmarks.survey.Effort;
import io.channelindex.benchmarks.survey.JmhForks;
import io.channelindex.benchmarks.survey.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GoalsRunTest {
  @Test
  void everythingIsMeasuredOnceAndWhatNeedsNoTimeIsReached() {
    List<String> measured = new ArrayList<>();
    JmhForks forks = new JmhForks(new Effort(1, 1, 1, Duration.ofMillis(5)), List.of());
    GoalsRun run = new GoalsRun(forks, measured::add);

    List<Goal> goals = run.run();

    assertThat(measured).doesNotHaveDuplicates().hasSize(run.timings().size());
    assertThat(run.timings().values()).extracting(Timing::nanos).allMatch(nanos -> nanos > 0);
    assertThat(goals)
        .filteredOn(goal -> goal.what().startsWith("size") || goal.what().startsWith("token"))
        .hasSize(16)
        .allMatch(Goal::isReached);
    assertThat(Goals.table(goals, run)).contains("| zstd-raw encode |").contains("kernels=");
    assertThat(forks.results()).hasSameSizeAs(measured);
  }
}
