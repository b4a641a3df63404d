package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a stream's state is whole, however the data service divides it into snapshots. */
class StreamProgressTest {
  private static final List<FailoverEntry> LOG = List.of(new FailoverEntry(77, 0));

  private static StreamProgress begun() {
    StreamProgress stream = new StreamProgress(0, StreamPosition.BEGINNING, 0);
    stream.opened(LOG);
    return stream;
  }

  @Test
  void aSnapshotIsWholeAtItsEnd() {
    StreamProgress stream = begun();
    stream.snapshot(0, 10);
    stream.moveTo(4);
    assertThat(stream.whole()).isZero();
    stream.moveTo(10);
    assertThat(stream.whole()).isEqualTo(10);
    stream.snapshot(11, 20);
    stream.moveTo(15);
    assertThat(stream.whole()).isEqualTo(10);
    assertThat(stream.position()).isEqualTo(new StreamPosition(77, 15, 11, 20));
  }

  /**
   * What a backfill's snapshot left out because it comes later in it is missing until its end. A
   * stream that goes on from memory announces each checkpoint of its own.
   */
  @Test
  void whatIsOwedIsOwedOverAllSnapshotsUntilItsEnd() {
    StreamProgress stream = begun();
    stream.snapshot(0, 1_000);
    stream.moveTo(500);
    stream.opened(LOG);

    stream.snapshot(0, 620);
    stream.moveTo(620);
    stream.snapshot(621, 800);
    stream.moveTo(800);
    assertThat(stream.whole()).isZero();
    assertThat(stream.position()).isEqualTo(new StreamPosition(77, 800, 0, 1_000));

    stream.snapshot(801, 1_100);
    stream.moveTo(1_000);
    assertThat(stream.whole()).isZero();
    stream.moveTo(1_100);
    assertThat(stream.whole()).isEqualTo(1_100);
    stream.snapshot(1_101, 1_200);
    stream.moveTo(1_101);
    assertThat(stream.position()).isEqualTo(new StreamPosition(77, 1_101, 1_101, 1_200));
  }

  @Test
  void whatIsOwedEndsWhereTheSnapshotEnded() {
    StreamProgress stream = begun();
    stream.snapshot(0, 1_000);
    stream.moveTo(500);
    stream.opened(LOG);
    stream.snapshot(500, 700);
    stream.moveTo(700);
    stream.snapshot(701, 1_000);
    stream.moveTo(1_000);
    assertThat(stream.whole()).isEqualTo(1_000);
    stream.snapshot(1_001, 1_010);
    stream.moveTo(1_010);
    assertThat(stream.whole()).isEqualTo(1_010);
  }

  /** Markers of what came before the connection was lost tell nothing. */
  @Test
  void anOldMarkerDoesNotEndTheDebt() {
    StreamProgress stream = begun();
    stream.snapshot(0, 1_000);
    stream.moveTo(500);
    stream.opened(LOG);
    stream.snapshot(0, 500);
    stream.snapshot(501, 800);
    stream.moveTo(800);
    assertThat(stream.whole()).isZero();
  }

  @Test
  void aStreamThatResumesAtTheEndOfASnapshotOwesNothing() {
    StreamProgress stream = new StreamProgress(0, new StreamPosition(77, 1_000, 0, 1_000), 1_000);
    stream.opened(LOG);
    stream.snapshot(1_001, 1_010);
    stream.moveTo(1_010);
    assertThat(stream.whole()).isEqualTo(1_010);
  }
}
