package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.format.UnreadableDocumentException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

class ColumnBlockTest {
  private static final Compressions COMPRESSIONS = new Compressions();
  private static final String CHANNEL = "a channel";

  /** An entry as a reader gives it. */
  private record Row(
      String documentId,
      @Nullable String revision,
      int vbucket,
      long seqno,
      long vbuuid,
      EntryState state) {}

  @Provide
  Arbitrary<Entry> entries() {
    return Entries.colliding();
  }

  @Property(tries = 1_000)
  void comesBackAsItWasInAnyOrder(@ForAll @Size(max = 300) List<@From("entries") Entry> entries) {
    byte[] document = encode(entries, Revisions.ALL);

    assertThat(ColumnBlock.decode("key", CHANNEL, document, COMPRESSIONS)).isEqualTo(entries);
    assertThat(
            ColumnBlock.decode(
                "key",
                CHANNEL,
                document,
                COMPRESSIONS,
                Revisions.ALL,
                EntryFilter.ALL,
                (id, revision, vbucket, seqno, vbuuid, state) -> {}))
        .as("the epoch of who wrote it")
        .isEqualTo(7);
  }

  /** Many of each kind, so that groups, templates and their exceptions are made. */
  @Property(tries = 200)
  void comesBackAsItWasWhereIdsAreAlike(
      @ForAll @Size(min = 1, max = 8) List<@From("entries") Entry> few, @ForAll Random random) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Entry like = few.get(random.nextInt(few.size()));
      String id = like.documentId().replaceAll("[0-9]", Integer.toString(random.nextInt(2_000)));
      if (id.getBytes(StandardCharsets.UTF_8).length <= 250) {
        entries.add(
            new Entry(id, like.revision(), like.vbucket(), i + 1, like.vbuuid(), like.state()));
      }
    }

    byte[] document = encode(entries, Revisions.ALL);

    assertThat(ColumnBlock.decode("key", CHANNEL, document, COMPRESSIONS)).isEqualTo(entries);
  }

  @Property(tries = 300)
  void aFilterLeavesOutAndChangesNothingElse(
      @ForAll List<@From("entries") Entry> entries, @ForAll Revisions kept) {
    byte[] document = encode(entries, kept);
    EntryFilter filter = (vbucket, seqno, vbuuid) -> (vbucket + seqno + vbuuid) % 2 == 0;

    List<Row> found = rows(document, kept, filter);

    assertThat(found)
        .isEqualTo(
            entries.stream()
                .filter(entry -> filter.wants(entry.vbucket(), entry.seqno(), entry.vbuuid()))
                .map(
                    entry ->
                        new Row(
                            entry.documentId(),
                            kept == Revisions.ALL || entry.state() != EntryState.ACTIVE
                                ? entry.revision()
                                : null,
                            entry.vbucket(),
                            entry.seqno(),
                            entry.vbuuid(),
                            entry.state()))
                .toList());
  }

  @Example
  void usualEntriesTakeLittleMoreThanTheyTell() {
    byte[] document = encode(Entries.usual(1_000, 3), Revisions.ALL);

    // 16 of digest, 20 bits of number, 7.6 of gap, 2.3 of generation, 1.6 of template.
    assertThat(document.length / 1_000.0).isBetween(20.0, 21.0);
  }

  @Example
  void numbersInOrderTakeAlmostNothing() {
    List<Entry> entries =
        IntStream.range(0, 10_000)
            .mapToObj(
                i -> new Entry("event-" + (5_000 + i), "1-ab", 3, i + 1, 9, EntryState.ACTIVE))
            .toList();

    assertThat(encode(entries, Revisions.OF_LEAVINGS_ONLY).length).isLessThan(150);
  }

  @Example
  void hostileIdsTakeLittleMoreThanTheyTell() {
    Random random = new Random(4);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String id = new UUID(random.nextLong(), random.nextLong()).toString();
      entries.add(new Entry(id, "1-ab", 3, 10 * i + 1, 9, EntryState.ACTIVE));
    }

    assertThat(encode(entries, Revisions.OF_LEAVINGS_ONLY).length).isLessThan(16_100);
  }

  @Example
  void paddedNumbersThatOutgrowTheirWidthComeBack() {
    List<Entry> entries = new ArrayList<>();
    for (String number : List.of("7", "07", "99", "100", "0100", "1000", "00", "0", "5", "6")) {
      entries.add(new Entry("doc-" + number, "1-ab", 0, 1, 0, EntryState.ACTIVE));
      entries.add(new Entry("d" + number + "-" + number, "1-ab", 0, 1, 0, EntryState.ACTIVE));
    }

    byte[] document = encode(entries, Revisions.ALL);

    assertThat(ColumnBlock.decode("key", CHANNEL, document, COMPRESSIONS)).isEqualTo(entries);
  }

  @Example
  void refusesWhatItCannotWrite() {
    Entry half = new Entry("\uD800", "1-ab", 9, 1, 1, EntryState.ACTIVE);
    Entry tooLong = new Entry("ö".repeat(126), "1-ab", 9, 1, 1, EntryState.ACTIVE);
    Entry halfRevision = new Entry("a", "1-\uDC00x", 9, 1, 1, EntryState.ACTIVE);
    for (Entry entry : List.of(half, tooLong, halfRevision)) {
      assertThatThrownBy(() -> encode(List.of(entry), Revisions.ALL))
          .isInstanceOf(IllegalArgumentException.class);
    }
    List<Entry> tooMany =
        Collections.nCopies(
            ColumnBlock.MAX_ENTRIES + 1, new Entry("a", "1-ab", 9, 1, 1, EntryState.ACTIVE));
    assertThatThrownBy(() -> encode(tooMany, Revisions.ALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("entries=262145, max=262144");
  }

  @Example
  void anotherChannelsBlockIsOther() {
    byte[] document = encode(Entries.MIXED, Revisions.ALL);

    assertThatThrownBy(() -> ColumnBlock.decode("key", "another", document, COMPRESSIONS))
        .isInstanceOfSatisfying(
            UnreadableDocumentException.class,
            unreadable -> assertThat(unreadable.reason()).isEqualTo(Reason.OTHER));
  }

  /** A layout that needs every revision must not take a block for its own that leaves some out. */
  @Example
  void refusesOtherRevisionsThanAreExpected() {
    byte[] document = encode(Entries.usual(10, 3), Revisions.OF_LEAVINGS_ONLY);

    assertThatThrownBy(() -> ColumnBlock.decode("key", CHANNEL, document, COMPRESSIONS))
        .isInstanceOf(UnreadableDocumentException.class)
        .hasMessageContaining("kept=OF_LEAVINGS_ONLY, expected=ALL");
  }

  /** Right checksums over random changes: what a faulty writer might leave. */
  @Example
  void readsOrRefusesWhateverHasARightChecksum() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Entry> entries = new ArrayList<>(Entries.usual(60, seed));
    entries.addAll(Entries.MIXED);
    for (int i = 0; i < 8; i++) {
      entries.add(new Entry("word:" + "x".repeat(i) + "::é", "1-ab", 1, 1, 1, EntryState.REMOVED));
    }
    byte[] whole = encode(entries, Revisions.ALL);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] document = whole.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        document[8 + random.nextInt(document.length - 8)] = (byte) random.nextInt();
      }
      try {
        ColumnBlock.decode("key", CHANNEL, DocumentFormatsTest.reseal(document), COMPRESSIONS);
      } catch (UnreadableDocumentException e) {
        refused++;
      }
    }
    assertThat(refused).as("seed=%d", seed).isBetween(1, 20_000);
  }

  private static byte[] encode(List<Entry> entries, Revisions kept) {
    return ColumnBlock.encode(CHANNEL, 7, entries, kept, Compressor.NONE);
  }

  private static List<Row> rows(byte[] document, Revisions kept, EntryFilter filter) {
    List<Row> rows = new ArrayList<>();
    ColumnBlock.decode(
        "key",
        CHANNEL,
        document,
        COMPRESSIONS,
        kept,
        filter,
        (id, revision, vbucket, seqno, vbuuid, state) ->
            rows.add(new Row(id, revision, vbucket, seqno, vbuuid, state)));
    return rows;
  }
}
