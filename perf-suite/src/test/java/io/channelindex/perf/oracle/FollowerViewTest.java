package io.channelindex.perf.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.perf.load.ChannelPlan;
import io.channelindex.perf.load.ChannelPlan.Appearance;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FollowerViewTest {
  private static final int CHANNELS = 3;
  private static final int DOCUMENTS = 40;
  private static final int WRITES = 1_200;

  private final ChannelPlan plan = new ChannelPlan(CHANNELS, DOCUMENTS, WRITES);
  private final WriteLog log = new WriteLog(plan);
  private final List<Integer> arrived = new ArrayList<>();
  private final FollowerView view = view(1);

  private FollowerView view(int channel) {
    return new FollowerView(plan, channel, (write, nanos) -> arrived.add(write));
  }

  private static long revision(int write) {
    return 1_000_000L + write;
  }

  private void acknowledgeAll() {
    for (int write = 0; write < WRITES; write++) {
      log.acknowledged(write, revision(write));
    }
  }

  private boolean show(FollowerView to, int write) {
    int document = plan.document(write);
    int version = plan.version(write);
    Appearance appearance = plan.appearance(to.channel(), document, version);
    if (appearance == Appearance.NONE) {
      return false;
    }
    to.row(document, version, revision(write), appearance, write);
    return true;
  }

  /** The writes that say something to channel 1, in their order. */
  private List<Integer> concerning() {
    List<Integer> writes = new ArrayList<>();
    for (int write = 0; write < WRITES; write++) {
      if (plan.appearance(1, plan.document(write), plan.version(write)) != Appearance.NONE) {
        writes.add(write);
      }
    }
    return writes;
  }

  @Test
  void aFollowerThatWasShownEverythingMissedNothing() {
    acknowledgeAll();
    List<List<WriteLog.Expectation>> expected = log.expectations();
    for (int channel = 0; channel < CHANNELS; channel++) {
      FollowerView each = view(channel);
      for (int write = 0; write < WRITES; write++) {
        show(each, write);
      }
      assertThat(each.missed(expected.get(channel))).isZero();
      assertThat(each.firstMissed(expected.get(channel))).isEmpty();
      assertThat(each.outOfOrder() + each.unexpected() + each.repeated()).isZero();
    }
    assertThat(expected.stream().flatMap(List::stream).map(WriteLog.Expectation::appearance))
        .contains(Appearance.ACTIVE, Appearance.REMOVED, Appearance.DELETED);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyPlantedLossOfANewestStateIsMissed(long seed) {
    acknowledgeAll();
    List<WriteLog.Expectation> expected = log.expectations().get(1);
    WriteLog.Expectation lost = expected.get(new java.util.Random(seed).nextInt(expected.size()));
    for (int write : concerning()) {
      if (write != plan.write(lost.document(), lost.version())) {
        show(view, write);
      }
    }
    assertThat(view.missed(expected)).isEqualTo(1);
    assertThat(view.firstMissed(expected))
        .startsWith("channel=1, document=" + lost.document() + ", expected=version ")
        .contains(lost.appearance().toString());
  }

  @Test
  void aNewestStateUnderAnotherRevisionIsMissed() {
    acknowledgeAll();
    WriteLog.Expectation wrong = log.expectations().get(1).get(0);
    for (int write : concerning()) {
      show(view, write);
    }
    FollowerView other = view(1);
    other.row(wrong.document(), wrong.version(), 42, wrong.appearance(), 0);
    assertThat(other.missed(List.of(wrong))).isEqualTo(1);
    assertThat(view.missed(List.of(wrong))).isZero();
  }

  @Test
  void onlyWhatWasAcknowledgedIsExpected() {
    log.acknowledged(plan.write(1, 1), 7);
    assertThat(log.version(1)).isEqualTo(1);
    assertThat(log.version(0)).isZero();
    assertThat(log.expectations().get(plan.channel(1, 1)))
        .containsExactly(new WriteLog.Expectation(1, 1, Appearance.ACTIVE, 7));
  }

  @Test
  void anObsoleteVersionThatDoesNotComeIsNotMissedAndArrivesWithTheNextOne() {
    acknowledgeAll();
    int document = plan.document(concerning().get(0));
    List<Integer> own =
        concerning().stream().filter(write -> plan.document(write) == document).toList();
    int newest = own.get(own.size() - 1);
    show(view, newest);
    assertThat(arrived).isEqualTo(own);
    assertThat(view.outOfOrder()).isZero();
  }

  @Test
  void plantedReorderingsAndRepeatsAreCounted() {
    List<Integer> writes = concerning();
    int document = plan.document(writes.get(0));
    List<Integer> own = writes.stream().filter(w -> plan.document(w) == document).toList();
    show(view, own.get(1));
    show(view, own.get(0));
    assertThat(view.outOfOrder()).isEqualTo(1);
    assertThat(view.firstProblem()).startsWith("row out of order: channel=1, document=" + document);
    show(view, own.get(1));
    show(view, own.get(1));
    assertThat(view.repeated()).isEqualTo(2);
    assertThat(view.outOfOrder()).isEqualTo(1);
    assertThat(view.rows()).isEqualTo(4);
  }

  @Test
  void rowsOfOtherChannelsAndOfNobodyAreUnexpected() {
    int foreign = 0;
    while (plan.appearance(1, plan.document(foreign), plan.version(foreign)) != Appearance.NONE) {
      foreign++;
    }
    view.row(plan.document(foreign), plan.version(foreign), 1, Appearance.ACTIVE, 0);
    view.row(-1, 1, 1, Appearance.ACTIVE, 0);
    view.row(0, 10_000, 1, Appearance.ACTIVE, 0);
    int own = concerning().get(0);
    view.row(plan.document(own), plan.version(own), 1, Appearance.REMOVED, 0);
    assertThat(view.unexpected()).isEqualTo(4);
    assertThat(arrived).isEmpty();
  }

  @Test
  void fingerprintsDifferAndAreNeverZero() {
    byte[] text = "1-ab,1-ac".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(Fingerprint.of(text, 0, 4)).isNotEqualTo(Fingerprint.of(text, 5, 9)).isNotZero();
    assertThat(Fingerprint.of(text, 0, 0)).isNotZero();
  }
}
