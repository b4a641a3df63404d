package io.channelindex.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws between operations; each one's numbers are checked in {@code ClockKernelsTest}. */
class ClockAlgebraTest {
  private record Pair(SequenceClock a, SequenceClock b) {}

  @Provide
  Arbitrary<Pair> pairs() {
    return Arbitraries.of(1, 2, 63, 64, 65, 128, 1024)
        .flatMap(
            vbuckets ->
                Combinators.combine(Clocks.ofVbuckets(vbuckets), Clocks.ofVbuckets(vbuckets))
                    .as(Pair::new));
  }

  @Property(tries = 300)
  void theOperationsAgreeWithEachOther(@ForAll("pairs") Pair pair) {
    SequenceClock a = pair.a;
    SequenceClock b = pair.b;
    SequenceClock zero = SequenceClock.zero(a.vbuckets());
    SequenceClock merged = a.merge(b);
    VbucketSet ahead = a.changedSince(b);
    VbucketSet behind = b.changedSince(a);

    assertThat(a.compare(a)).isEqualTo(ClockOrder.EQUAL);
    assertThat(a.compare(b)).isEqualTo(order(ahead, behind));
    assertThat(b.compare(a)).isEqualTo(order(behind, ahead));
    assertThat(a.covers(b)).isEqualTo(behind.isEmpty());
    assertThat(merged.changedSince(b)).isEqualTo(ahead);
    assertThat(merged.minus(b)).isEqualTo(a.minus(b));
    assertThat(a.minus(b).changedSince(zero)).isEqualTo(ahead);
    assertThat(a.restrictedTo(ahead).merge(b)).isEqualTo(merged);
    assertThat(a.restrictedTo(VbucketSet.all(a.vbuckets()))).isEqualTo(a);
    assertThat(a.restrictedTo(VbucketSet.of(a.vbuckets()))).isEqualTo(zero);
    List<Integer> handedOver = new ArrayList<>();
    a.forEachAfter(b, handedOver::add);
    assertThat(members(ahead)).containsExactlyElementsOf(handedOver);
  }

  private static ClockOrder order(VbucketSet ahead, VbucketSet behind) {
    if (ahead.isEmpty()) {
      return behind.isEmpty() ? ClockOrder.EQUAL : ClockOrder.BEFORE;
    }
    return behind.isEmpty() ? ClockOrder.AFTER : ClockOrder.CONCURRENT;
  }

  private static List<Integer> members(VbucketSet set) {
    List<Integer> members = new ArrayList<>();
    set.forEach(members::add);
    return members;
  }

  @Property(tries = 300)
  void theAccumulatorDoesWhatClocksDo(@ForAll("pairs") Pair pair) {
    int vbuckets = pair.a.vbuckets();
    ClockAccumulator accumulator = new ClockAccumulator(3);
    accumulator.set(pair.a);
    SequenceClock before = accumulator.snapshot();
    assertThat(accumulator.compare(pair.b)).isEqualTo(pair.a.compare(pair.b));

    accumulator.merge(pair.b);

    assertThat(before).isEqualTo(pair.a);
    assertThat(accumulator.snapshot()).isEqualTo(pair.a.merge(pair.b));
    ClockAccumulator one = new ClockAccumulator(vbuckets);
    one.set(pair.a);
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      boolean isHigher = Long.compareUnsigned(pair.b.seqno(vbucket), pair.a.seqno(vbucket)) > 0;
      assertThat(one.raise(vbucket, pair.b.seqno(vbucket))).isEqualTo(isHigher);
    }
    assertThat(one.snapshot()).isEqualTo(accumulator.snapshot());
    assertThat(one).hasToString(accumulator.snapshot().toString());
  }

  @Test
  void theAccumulatorIsSetToWhatItIsTold() {
    ClockAccumulator accumulator = new ClockAccumulator(2);
    accumulator.raise(1, -1);
    assertThat(accumulator.raise(1, 5)).isFalse();
    assertThat(accumulator.seqno(1)).isEqualTo(-1);
    accumulator.set(1, 5);
    assertThat(accumulator.snapshot()).isEqualTo(SequenceClock.of(0, 5));
    accumulator.set(SequenceClock.of(1, 2, 3));
    assertThat(accumulator.vbuckets()).isEqualTo(3);
    assertThatThrownBy(() -> accumulator.raise(3, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> accumulator.merge(SequenceClock.zero(2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ClockAccumulator(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 63, 64, 65, 128, 1000, 1024})
  void aSetIsThatOfItsMembers(int vbuckets) {
    TreeSet<Integer> odd = new TreeSet<>();
    TreeSet<Integer> thirds = new TreeSet<>();
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      odd.addAll(vbucket % 2 == 1 ? List.of(vbucket) : List.of());
      thirds.addAll(vbucket % 3 == 0 ? List.of(vbucket) : List.of());
    }
    VbucketSet one = setOf(vbuckets, odd);
    VbucketSet other = setOf(vbuckets, thirds);
    TreeSet<Integer> both = new TreeSet<>(odd);
    both.retainAll(thirds);
    TreeSet<Integer> either = new TreeSet<>(odd);
    either.addAll(thirds);

    assertThat(members(one)).containsExactlyElementsOf(odd);
    assertThat(one.size()).isEqualTo(odd.size());
    assertThat(one.intersection(other)).isEqualTo(setOf(vbuckets, both));
    assertThat(one.union(other))
        .isEqualTo(setOf(vbuckets, either))
        .hasSameHashCodeAs(either(one, other));
    assertThat(VbucketSet.all(vbuckets).size()).isEqualTo(vbuckets);
    assertThat(VbucketSet.of(vbuckets).isEmpty()).isTrue();
    for (int vbucket = 0; vbucket <= vbuckets; vbucket++) {
      Integer next = odd.ceiling(vbucket);
      assertThat(one.next(vbucket)).isEqualTo(next == null ? -1 : next);
      assertThat(one.contains(vbucket)).isEqualTo(odd.contains(vbucket));
    }
    assertThat(one.contains(-1)).isFalse();
    assertThat(one.next(5000)).isEqualTo(-1);
  }

  private static VbucketSet either(VbucketSet one, VbucketSet other) {
    return other.union(one);
  }

  private static VbucketSet setOf(int vbuckets, Set<Integer> members) {
    return VbucketSet.of(vbuckets, members.stream().mapToInt(Integer::intValue).toArray());
  }

  @Test
  void setsOfOtherBucketsAreRefused() {
    VbucketSet set = VbucketSet.of(4, 3, 1);
    assertThat(set).hasToString("vbuckets[of=4, 1, 3]").isNotEqualTo(VbucketSet.of(5, 1, 3));
    assertThatThrownBy(() -> VbucketSet.of(4, 4))
        .hasMessage("no such vbucket: vbucket=4, vbuckets=4");
    assertThatThrownBy(() -> VbucketSet.of(4, -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> set.union(VbucketSet.all(5)))
        .hasMessage("sets of different shape: vbuckets=4, other=5");
    assertThatThrownBy(() -> SequenceClock.zero(5).restrictedTo(set))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void clocksOfOneBranchAreClocks() {
    BranchVector branches = BranchVector.of(7, 8);
    BranchedClock zero = BranchedClock.zero(branches);
    BranchedClock a = new BranchedClock(SequenceClock.of(3, 1), branches.digest());
    BranchedClock b = new BranchedClock(SequenceClock.of(2, 5), branches.digest());

    assertThat(a.merge(b).clock()).isEqualTo(SequenceClock.of(3, 5));
    assertThat(a.merge(b).branches()).isEqualTo(branches.digest());
    assertThat(a.compare(b)).isEqualTo(ClockOrder.CONCURRENT);
    assertThat(a.covers(zero)).isTrue();
    assertThat(a.changedSince(b)).isEqualTo(VbucketSet.of(2, 0));
    assertThat(b.minus(a)).isEqualTo(SequenceClock.of(0, 4));
    assertThat(a.restrictedTo(VbucketSet.of(2, 1)).clock()).isEqualTo(SequenceClock.of(0, 1));
  }

  @Test
  void clocksOfOtherBranchesNeverMeet() {
    BranchedClock a = new BranchedClock(SequenceClock.of(1, 2), 0xa1);
    BranchedClock b = new BranchedClock(SequenceClock.of(1, 2), 0xb2);
    List<Runnable> operations =
        List.of(
            () -> a.merge(b),
            () -> a.compare(b),
            () -> a.covers(b),
            () -> a.changedSince(b),
            () -> a.minus(b));

    for (Runnable operation : operations) {
      assertThatExceptionOfType(BranchMismatchException.class)
          .isThrownBy(operation::run)
          .withMessage("clocks of different history branches: branches=a1, other=b2")
          .satisfies(e -> assertThat(e.branches()).isEqualTo(0xa1))
          .satisfies(e -> assertThat(e.otherBranches()).isEqualTo(0xb2));
    }
    assertThat(a).hasToString("branched[branches=a1, clock[vbuckets=2, 0=1, 1=2]]");
  }

  @Test
  void theInsidesOfClocksAreForFriendsOnly() {
    assertThatThrownBy(() -> ClockNumbers.forFriend(MethodHandles.publicLookup()))
        .isInstanceOf(IllegalCallerException.class);
    assertThatThrownBy(() -> ClockNumbers.forFriend(MethodHandles.lookup()))
        .isInstanceOf(IllegalCallerException.class)
        .hasMessageContaining("class=io.channelindex.sequence.ClockAlgebraTest");
  }
}
