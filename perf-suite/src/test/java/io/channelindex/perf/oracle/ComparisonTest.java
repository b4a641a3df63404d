package io.channelindex.perf.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.perf.load.DocumentSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTest {
  private static final int DOCUMENTS = 100;
  private static final int VBUCKETS = 8;

  private final DocumentSource source = new DocumentSource(11, 100);
  private final Ledger ledger = new Ledger(DOCUMENTS);
  private final ObservedState observed = new ObservedState(DOCUMENTS, VBUCKETS);
  private long seqno;

  @BeforeEach
  void aHundredDocumentsWrittenAndShown() {
    for (int i = 0; i < DOCUMENTS; i++) {
      write(i);
      show(i, 1);
    }
  }

  private void write(int index) {
    ledger.written(index, ledger.attempt(index));
  }

  private void show(int index, int version) {
    observed.mutation(index, version, source.checksum(index, version));
    observed.reached(0, ++seqno);
  }

  private Comparison compare() {
    return Comparison.of(ledger, source, observed);
  }

  private static Comparison differing(
      long missed, long unexpected, long corrupted, long reordered, String problem) {
    return new Comparison(missed, unexpected, corrupted, reordered, problem);
  }

  @Test
  void whatIsEqualHasNoDifference() {
    write(3);
    show(3, 2);
    ledger.deleted(4, ledger.attempt(4));
    observed.deletion(4);
    observed.reached(1, 1);
    assertThat(compare()).isEqualTo(differing(0, 0, 0, 0, ""));
    assertThat(compare().checks())
        .containsOnlyKeys("missed", "unexpected", "corrupted", "reordered");
    assertThat(compare().checks().values()).containsOnly(0L);
  }

  @Test
  void aPlantedLossOfADocumentIsFound() {
    ObservedState without = new ObservedState(DOCUMENTS, VBUCKETS);
    for (int i = 0; i < DOCUMENTS; i++) {
      if (i != 42) {
        without.mutation(i, 1, source.checksum(i, 1));
      }
    }
    assertThat(Comparison.of(ledger, source, without))
        .isEqualTo(differing(1, 0, 0, 0, "document=42, expected=version 1, found=never seen"));
  }

  @Test
  void aPlantedLossOfAnUpdateIsFound() {
    write(42);
    assertThat(compare())
        .isEqualTo(differing(1, 0, 0, 0, "document=42, expected=version 2, found=version 1"));
  }

  @Test
  void aPlantedLossOfADeletionIsFound() {
    ledger.deleted(42, ledger.attempt(42));
    assertThat(compare())
        .isEqualTo(differing(1, 0, 0, 0, "document=42, expected=deleted, found=version 1"));
  }

  @Test
  void aDeletionThatNobodyAskedForIsALoss() {
    observed.deletion(42);
    assertThat(compare())
        .isEqualTo(differing(1, 0, 0, 0, "document=42, expected=version 1, found=gone"));
  }

  @Test
  void whatNobodyWasToldOfIsUnexpected() {
    show(42, 2);
    assertThat(compare())
        .isEqualTo(differing(0, 1, 0, 0, "document=42, expected=version 1, found=version 2"));
    observed.mutation(DOCUMENTS, 1, 0);
    observed.deletion(DOCUMENTS + 7);
    observed.stranger();
    assertThat(compare().unexpected()).isEqualTo(4);
  }

  @Test
  void aDocumentThatWasNeverWrittenIsUnexpected() {
    Ledger one = new Ledger(2);
    one.written(0, one.attempt(0));
    ObservedState two = new ObservedState(2, VBUCKETS);
    two.mutation(0, 1, source.checksum(0, 1));
    two.mutation(1, 1, source.checksum(1, 1));
    assertThat(Comparison.of(one, source, two))
        .isEqualTo(differing(0, 1, 0, 0, "document=1, expected=never written, found=version 1"));
  }

  @Test
  void oneFlippedBitInABodyIsFound() {
    byte[] body = source.body(42, 1);
    body[60] ^= 4;
    observed.mutation(42, 1, DocumentSource.checksum(body));
    assertThat(compare())
        .isEqualTo(
            differing(0, 0, 1, 0, "document=42, expected=version 1 intact, found=version 1"));
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 99, 1, 0})
  void aSequenceNumberThatDoesNotRiseIsFound(long again) {
    observed.reached(0, again);
    assertThat(compare().reordered()).isEqualTo(1);
  }

  @Test
  void sequenceNumbersAreUnsigned() {
    observed.reached(0, Long.MAX_VALUE);
    observed.reached(0, Long.MIN_VALUE);
    observed.reached(0, -1);
    assertThat(compare().reordered()).isZero();
    observed.reached(0, 5);
    assertThat(compare().reordered()).isEqualTo(1);
  }

  @Test
  void whatNobodyKnowsCannotBeCompared() {
    ledger.attempt(1);
    ledger.unknown(1, Ledger.Intent.WRITE);
    assertThatThrownBy(this::compare)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("outcomes are not resolved: documents=1");
  }

  /** Random histories with random losses, against a model made of two plain maps. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void countsWhatANaiveComparisonCounts(long seed) {
    Random random = new Random(seed);
    Ledger model = new Ledger(DOCUMENTS);
    ObservedState feed = new ObservedState(DOCUMENTS, VBUCKETS);
    Map<Integer, String> acknowledged = new HashMap<>();
    Map<Integer, String> shown = new HashMap<>();
    for (int step = 0; step < 2_000; step++) {
      int index = random.nextInt(DOCUMENTS);
      boolean lost = random.nextInt(20) == 0;
      int version = model.attempt(index);
      if (acknowledged.getOrDefault(index, "").startsWith("v") && random.nextInt(4) == 0) {
        model.deleted(index, version);
        acknowledged.put(index, "gone");
        if (!lost) {
          feed.deletion(index);
          shown.put(index, "gone");
        }
      } else {
        model.written(index, version);
        acknowledged.put(index, "v" + version);
        if (!lost) {
          feed.mutation(index, version, source.checksum(index, version));
          shown.put(index, "v" + version);
        }
      }
    }
    long differing =
        acknowledged.entrySet().stream()
            .filter(entry -> !entry.getValue().equals(shown.get(entry.getKey())))
            .count();
    Comparison comparison = Comparison.of(model, source, feed);
    assertThat(comparison.missed()).as("seed=%d", seed).isEqualTo(differing).isPositive();
    assertThat(comparison.unexpected() + comparison.corrupted()).isZero();
  }
}
