package io.channelindex.embedded.chaos;

import static com.couchbase.client.core.msg.kv.DurabilityLevel.MAJORITY;
import static com.couchbase.client.core.msg.kv.DurabilityLevel.MAJORITY_AND_PERSIST_TO_ACTIVE;
import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromisesTest {
  private static final long NEXT = 200;

  private static Script written(DurabilityLevel level) {
    return new Script().upsert(0, 1, "a").durably(level).at(5);
  }

  private static List<String> violations(Script script) {
    return Promises.check(script.operations(), Map.of(0, script.branches()));
  }

  @Test
  void nothingIsPromisedToOrdinaryWrites() {
    for (Branches.Cause cause : List.of(Branches.Cause.FAILOVER, Branches.Cause.CRASH)) {
      assertThat(violations(written(DurabilityLevel.NONE).branch(2, 3, NEXT, 4, cause))).isEmpty();
    }
  }

  @Test
  void whatAMajorityHasSurvivesAFailover() {
    assertThat(violations(written(MAJORITY).branch(2, 3, NEXT, 5, Branches.Cause.FAILOVER)))
        .isEmpty();
    assertThat(violations(written(MAJORITY).branch(2, 3, NEXT, 4, Branches.Cause.FAILOVER)))
        .singleElement()
        .asString()
        .contains("lost by", "FAILOVER");
  }

  @Test
  void whatIsOnTheActiveCopysDiskSurvivesItsCrash() {
    assertThat(violations(written(MAJORITY).branch(2, 3, NEXT, 4, Branches.Cause.CRASH))).isEmpty();
    assertThat(
            violations(
                written(MAJORITY_AND_PERSIST_TO_ACTIVE)
                    .branch(2, 3, NEXT, 4, Branches.Cause.CRASH)))
        .singleElement()
        .asString()
        .contains("lost by", "CRASH");
  }

  @Test
  void laterLossesCountAsWell() {
    Script script =
        written(MAJORITY)
            .branch(2, 3, NEXT, 6, Branches.Cause.CRASH)
            .branch(4, 5, 300, 4, Branches.Cause.FAILOVER);

    assertThat(violations(script)).singleElement().asString().contains("FAILOVER");
  }

  @Test
  void whatAnEarlierLossWasAllowedToTakeIsGone() {
    Script script =
        written(MAJORITY)
            .branch(2, 3, NEXT, 4, Branches.Cause.CRASH)
            .branch(4, 5, 300, 3, Branches.Cause.FAILOVER);

    assertThat(violations(script)).isEmpty();
  }

  @Test
  void branchesDoNotBeginByThemselves() {
    assertThat(
            violations(
                written(DurabilityLevel.NONE).branch(2, 3, NEXT, 9, Branches.Cause.BEGINNING)))
        .singleElement()
        .asString()
        .startsWith("without cause");
  }

  @Test
  void tokensNameBranchesThatWere() {
    assertThat(violations(new Script().upsert(0, 1, "a").at(NEXT, 5)))
        .singleElement()
        .asString()
        .startsWith("on a branch that never was");
  }

  @Test
  void noTwoWritesHaveOnePlace() {
    assertThat(violations(written(DurabilityLevel.NONE).upsert(2, 3, "b").at(5)))
        .singleElement()
        .asString()
        .startsWith("two writes at one place");
  }
}
