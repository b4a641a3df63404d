package io.channelindex.perf.oracle;

import static io.channelindex.perf.oracle.Ledger.Intent.DELETE;
import static io.channelindex.perf.oracle.Ledger.Intent.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LedgerTest {
  private final Ledger ledger = new Ledger(4);

  private void written(int index) {
    ledger.written(index, ledger.attempt(index));
  }

  @Test
  void onlyWhatWasAcknowledgedCounts() {
    ledger.attempt(0);
    written(1);
    written(1);
    written(2);
    ledger.deleted(2, ledger.attempt(2));
    assertThat(ledger.present(0)).isZero();
    assertThat(ledger.present(1)).isEqualTo(2);
    assertThat(ledger.present(2)).isZero();
    assertThat(ledger.isDeleted(2)).isTrue();
    assertThat(ledger.isDeleted(0)).isFalse();
    assertThat(ledger.presentCount()).isEqualTo(1);
  }

  @Test
  void aWriteOfUnknownOutcomeMayHaveHappenedOrNot() {
    written(0);
    ledger.attempt(0);
    ledger.unknown(0, WRITE);
    assertThat(ledger.uncertain()).containsExactly(0);
    assertThat(ledger.resolve(0, 2)).isTrue();
    assertThat(ledger.present(0)).isEqualTo(2);

    written(1);
    ledger.attempt(1);
    ledger.unknown(1, WRITE);
    assertThat(ledger.resolve(1, 1)).isTrue();
    assertThat(ledger.present(1)).isEqualTo(1);
    assertThat(ledger.uncertain()).isEmpty();
  }

  @Test
  void aLossIsNotTakenForAWriteThatDidNotHappen() {
    written(0);
    ledger.attempt(0);
    ledger.unknown(0, WRITE);
    assertThat(ledger.resolve(0, 0)).isFalse();
    assertThat(ledger.uncertain()).containsExactly(0);
    assertThat(ledger.present(0)).isEqualTo(1);
  }

  @Test
  void aVersionThatWasAlreadyOverwrittenOrNeverTriedIsNotPossible() {
    written(0);
    written(0);
    ledger.attempt(0);
    ledger.unknown(0, WRITE);
    assertThat(ledger.resolve(0, 1)).isFalse();
    assertThat(ledger.resolve(0, 4)).isFalse();
    assertThat(ledger.resolve(0, 3)).isTrue();
  }

  @Test
  void aFirstWriteThatDidNotHappenLeavesNothing() {
    ledger.attempt(0);
    ledger.unknown(0, WRITE);
    assertThat(ledger.resolve(0, 0)).isTrue();
    assertThat(ledger.present(0)).isZero();
    assertThat(ledger.isDeleted(0)).isFalse();
  }

  @Test
  void aDeletionOfUnknownOutcomeMayHaveHappenedOrNot() {
    written(0);
    ledger.attempt(0);
    ledger.unknown(0, DELETE);
    assertThat(ledger.resolve(0, 0)).isTrue();
    assertThat(ledger.isDeleted(0)).isTrue();

    written(1);
    ledger.attempt(1);
    ledger.unknown(1, DELETE);
    assertThat(ledger.resolve(1, 1)).isTrue();
    assertThat(ledger.present(1)).isEqualTo(1);
  }

  @Test
  void anUnknownDeletionIsNotForgottenOverALaterUnknownWrite() {
    written(0);
    ledger.attempt(0);
    ledger.unknown(0, DELETE);
    ledger.attempt(0);
    ledger.unknown(0, WRITE);
    assertThat(ledger.resolve(0, 0)).isTrue();
    assertThat(ledger.isDeleted(0)).isTrue();
  }

  @Test
  void aLaterAcknowledgementSettlesTheMatter() {
    ledger.attempt(0);
    ledger.unknown(0, WRITE);
    written(0);
    assertThat(ledger.uncertain()).isEmpty();
    assertThat(ledger.present(0)).isEqualTo(2);
  }
}
