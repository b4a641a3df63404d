package io.channelindex.index.principals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.index.principals.Grants.Grant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class GrantsTest {
  private static final List<String> NAMES = List.of("a", "b", "c");

  /** Against a list of what was granted after each write. */
  @Property(tries = 200)
  void whatWasGrantedAtAnySeqnoCanBeTold(@ForAll long seed) {
    Random random = new Random(seed);
    Grants grants = Grants.NONE;
    List<Set<String>> states = new ArrayList<>(List.of(Set.of()));
    for (long seqno = 1; seqno <= 30; seqno++) {
      Set<String> wanted = states.get(states.size() - 1);
      if (random.nextInt(3) > 0) {
        wanted = new TreeSet<>(NAMES);
        wanted.removeIf(name -> random.nextBoolean());
        grants = grants.changedTo(wanted).writtenAt(seqno);
      }
      states.add(wanted);
    }
    for (int seqno = 0; seqno < states.size(); seqno++) {
      assertThat(grants.at(seqno)).as("seqno=%s", seqno).isEqualTo(states.get(seqno));
    }
    assertThat(grants.lasting()).isEqualTo(states.get(30));
    assertThat(grants.at(-1)).as("after 2^63").isEqualTo(Set.of());
    assertThat(grants.at(-2)).isEqualTo(states.get(30));
  }

  @Test
  void whatAWriteChangesIsPendingUntilItIsRead() {
    Grants before = Grants.NONE.changedTo(Set.of("a", "b")).writtenAt(5);

    Grants written = before.changedTo(Set.of("b", "c"));

    assertThat(written.all())
        .containsExactly(
            new Grant("a", 5, Grants.PENDING),
            new Grant("b", 5, Grants.NEVER),
            new Grant("c", Grants.PENDING, Grants.NEVER));
    assertThat(written.writtenAt(9).all())
        .containsExactly(
            new Grant("a", 5, 9), new Grant("b", 5, Grants.NEVER), new Grant("c", 9, Grants.NEVER));
    assertThat(before.changedTo(Set.of("a", "b"))).isEqualTo(before);
  }

  @Test
  void onlyWithdrawalsThatAreReadableAreForgottenTheEarliestFirst() {
    Grants grants = Grants.NONE;
    for (long seqno = 1; seqno <= 8; seqno++) {
      grants = grants.changedTo(seqno % 2 == 1 ? Set.of("a") : Set.of()).writtenAt(seqno);
    }

    assertThat(grants.pruned(1, 4).all())
        .containsExactly(new Grant("a", 5, 6), new Grant("a", 7, 8));
    assertThat(grants.pruned(3, 8).all()).hasSize(3).doesNotContain(new Grant("a", 1, 2));
    assertThat(grants.pruned(4, 8)).isEqualTo(grants);
    assertThat(grants.pruned(0, 0)).isEqualTo(grants);
    Grants withdrawing = grants.changedTo(Set.of("a")).writtenAt(9).changedTo(Set.of());
    assertThat(withdrawing.pruned(0, -1).all()).containsExactly(new Grant("a", 9, 0));
  }

  @Test
  void aCopyFromElsewhereGrantsFromItsOwnSeqnoOn() {
    Grants grants = Grants.NONE.changedTo(Set.of("a")).writtenAt(7).changedTo(Set.of("b"));

    assertThat(grants.writtenAt(8).copiedAt(3).all())
        .containsExactly(new Grant("b", 3, Grants.NEVER));
  }

  @Test
  void aGrantThatEndsBeforeItBeginsIsRefused() {
    assertThatThrownBy(() -> new Grant("a", 5, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("grant ends before it begins: name=a, since=5, until=5");
  }
}
