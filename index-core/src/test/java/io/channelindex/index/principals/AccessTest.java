package io.channelindex.index.principals;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.principals.Principal.Status;
import io.channelindex.sequence.SequenceClock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessTest {
  private static final Principal ROLE =
      new Principal(
          PrincipalName.role("r"),
          1,
          Status.ENABLED,
          Grants.NONE.changedTo(Set.of("c")).writtenAt(20),
          Grants.NONE);

  private static Principal user(Status status) {
    return new Principal(
        PrincipalName.user("u"),
        0,
        status,
        Grants.NONE.changedTo(Set.of("own")).writtenAt(3).changedTo(Set.of()).writtenAt(7),
        Grants.NONE.changedTo(Set.of("r", "none")).writtenAt(5));
  }

  private static Access access(Status user, Principal role) {
    return Access.of(Optional.of(user(user)), Map.of("r", role));
  }

  @Test
  void aChannelThroughARoleIsSeenWhereBothAre() {
    Access access = access(Status.ENABLED, ROLE);

    assertThat(access.at(SequenceClock.of(4, 20))).containsExactly("own");
    assertThat(access.at(SequenceClock.of(5, 19))).containsExactly("own");
    assertThat(access.at(SequenceClock.of(5, 20))).containsExactlyInAnyOrder("c", "own");
    assertThat(access.at(SequenceClock.of(7, 99))).containsExactly("c");
    assertThat(access.at(SequenceClock.of(2, 99))).isEmpty();
    assertThat(access.vbuckets()).containsExactly(0, 1);
  }

  @Test
  void whereNothingChangesTheAnswerIsTheSameSet() {
    Access access = access(Status.ENABLED, ROLE);

    assertThat(access.at(SequenceClock.of(7, 20))).isSameAs(access.at(SequenceClock.of(90, 21)));
    assertThat(access.at(SequenceClock.of(90, 19))).isEmpty();
    assertThat(access.isOf(Optional.of(user(Status.ENABLED)), Map.of("r", ROLE))).isFalse();
  }

  @Test
  void whoIsDisabledOrUnknownSeesNothing() {
    SequenceClock clock = SequenceClock.of(5, 20);
    Principal disabled =
        new Principal(ROLE.name(), 1, Status.DISABLED, ROLE.channels(), ROLE.roles());

    assertThat(access(Status.DISABLED, ROLE).at(clock)).isEmpty();
    assertThat(access(Status.ENABLED, disabled).at(clock)).containsExactly("own");
    assertThat(Access.of(Optional.empty(), Map.of("r", ROLE)).at(clock)).isEmpty();
  }
}
