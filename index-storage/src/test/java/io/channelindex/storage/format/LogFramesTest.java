package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.format.LogFrames.Place;
import io.channelindex.storage.format.UnreadableDocumentException.Reason;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;

class LogFramesTest {
  private static final Compressions COMPRESSIONS = new Compressions();
  private static final String CHANNEL = "a channel";

  @Provide
  Arbitrary<Entry> entries() {
    return Entries.colliding();
  }

  @Property(tries = 200)
  void framesComeBackAsTheyWere(
      @ForAll @NotEmpty @Size(max = 4) List<@NotEmpty List<@From("entries") Entry>> frames) {
    byte[] document = document(frames);

    List<Entry> expected = frames.stream().flatMap(List::stream).toList();
    assertThat(LogFrames.decode("key", CHANNEL, document, COMPRESSIONS)).isEqualTo(expected);
  }

  @Property(tries = 200)
  void aFilterLeavesOutAndChangesNothingElse(
      @ForAll @NotEmpty List<@From("entries") Entry> entries) {
    byte[] document = document(List.of(entries, entries));
    EntryFilter filter = (vbucket, seqno, vbuuid) -> (vbucket + seqno + vbuuid) % 2 == 0;

    List<Entry> found = new ArrayList<>();
    LogFrames.decode(
        "key",
        CHANNEL,
        document,
        COMPRESSIONS,
        filter,
        (id, revision, vbucket, seqno, vbuuid, state) ->
            found.add(
                new Entry(id, Objects.requireNonNull(revision), vbucket, seqno, vbuuid, state)));

    List<Entry> expected = LogFrames.decode("key", CHANNEL, document, COMPRESSIONS);
    expected.removeIf(entry -> !filter.wants(entry.vbucket(), entry.seqno(), entry.vbuuid()));
    assertThat(found).isEqualTo(expected);
  }

  @Property(tries = 50)
  void readingTellsTheLatestEpoch(
      @ForAll @NotEmpty @Size(max = 4) List<@NotEmpty List<@From("entries") Entry>> frames) {
    long epoch =
        LogFrames.decode(
            "key",
            CHANNEL,
            document(frames),
            COMPRESSIONS,
            EntryFilter.ALL,
            (id, revision, vbucket, seqno, vbuuid, state) -> {});

    assertThat(epoch).isEqualTo(frames.size());
  }

  /** What an encoder keeps from frame to frame is not to be seen in them. */
  @Property(tries = 200)
  void anUsedEncoderWritesTheSameBytesAsANewOne(
      @ForAll @Size(max = 30) List<@NotEmpty @Size(max = 20) List<@From("entries") Entry>> frames) {
    LogFrameEncoder used = new LogFrameEncoder(Compressor.NONE);
    for (List<Entry> entries : frames) {
      assertThat(used.encode(CHANNEL, 1, entries, Place.NEXT))
          .isEqualTo(LogFrames.encode(CHANNEL, 1, entries, Place.NEXT, Compressor.NONE));
    }
  }

  /** So that a batch that is written again is the same, whoever writes it. */
  @Example
  void whatIsKnownOfIdsDoesNotChangeHowTheyAreWritten() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String[] forms = {
      "doc-%d",
      "doc%06d",
      "d%d",
      "ab%d",
      "AB%dx",
      "%d",
      "%d-1234-1234-1234-123456789012",
      "a%d:b%d",
      "ä%d"
    };
    LogFrameEncoder used = new LogFrameEncoder(Compressor.NONE);
    for (int frame = 0; frame < 300; frame++) {
      List<Entry> entries = new ArrayList<>();
      for (int i = 0; i <= random.nextInt(30); i++) {
        Object[] numbers = new Object[4];
        Arrays.setAll(numbers, number -> random.nextLong() >>> (1 + random.nextInt(63)));
        String id = forms[random.nextInt(forms.length)].formatted(numbers);
        entries.add(new Entry(id, "1-ab", 1, i + 1, 5, EntryState.ACTIVE));
      }
      byte[] written = used.encode(CHANNEL, 1, entries, Place.FIRST);

      assertThat(written)
          .as("seed=%d", seed)
          .isEqualTo(LogFrames.encode(CHANNEL, 1, entries, Place.FIRST, Compressor.NONE));
      assertThat(LogFrames.decode("key", CHANNEL, written, COMPRESSIONS)).isEqualTo(entries);
    }
  }

  @Example
  void manyTemplatesInAFrameAndOverFrames() {
    LogFrameEncoder encoder = new LogFrameEncoder(Compressor.NONE);
    for (int frame = 0; frame < 20; frame++) {
      List<Entry> entries = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        String id = "kind" + (char) ('a' + i % 26) + (char) ('a' + (i + frame) / 26) + ":" + i;
        entries.add(new Entry(id, "1-ab", 1, i + 1, 5, EntryState.ACTIVE));
      }
      byte[] document = encoder.encode(CHANNEL, 1, entries, Place.FIRST);

      assertThat(LogFrames.decode("key", CHANNEL, document, COMPRESSIONS)).isEqualTo(entries);
    }
  }

  @Example
  void anEncoderGoesOnAfterAnEntryThatCannotBeWritten() {
    LogFrameEncoder encoder = new LogFrameEncoder(Compressor.NONE);
    List<Entry> good = Entries.usual(50, 1);
    List<Entry> bad = new ArrayList<>(good);
    bad.add(new Entry("\uD800", "1-ab", 9, 1, 1, EntryState.ACTIVE));
    byte[] before = encoder.encode(CHANNEL, 1, good, Place.NEXT);

    assertThatThrownBy(() -> encoder.encode(CHANNEL, 1, bad, Place.NEXT))
        .isInstanceOf(IllegalArgumentException.class);
    bad.set(50, new Entry("ö".repeat(126), "1-ab", 9, 1, 1, EntryState.ACTIVE));
    assertThatThrownBy(() -> encoder.encode(CHANNEL, 1, bad, Place.NEXT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bytes=252, max=250");
    bad.set(50, new Entry("a", "1-\uDC00x", 9, 1, 1, EntryState.ACTIVE));
    assertThatThrownBy(() -> encoder.encode(CHANNEL, 1, bad, Place.NEXT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> encoder.encode(CHANNEL, 1, List.of(), Place.NEXT))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(encoder.encode(CHANNEL, 1, good, Place.NEXT)).isEqualTo(before);
  }

  @Example
  void usualEntriesAreSmall() {
    List<Entry> entries = Entries.usual(1_000, 2);
    int whole = LogFrames.encode(CHANNEL, 1, entries, Place.NEXT, Compressor.NONE).length;
    int one =
        LogFrames.encode(CHANNEL, 1, entries.subList(0, 1), Place.NEXT, Compressor.NONE).length;

    assertThat(whole).isLessThan(25 * entries.size());
    // Beside id, seqno, generation and digest.
    int content = entries.get(0).documentId().length() + 4 + 1 + 16;
    assertThat(one - content).isLessThan(30);
  }

  @Example
  void whateverIsDamagedOrCutOffIsCorrupt() {
    List<Entry> entries = Entries.MIXED;
    byte[] document = document(List.of(entries, entries.subList(0, 2)));
    int boundary = document(List.of(entries)).length;
    for (int length = 0; length < document.length; length++) {
      if (length != boundary) {
        assertUnreadable(Arrays.copyOf(document, length), Reason.CORRUPT);
      }
    }
    for (int bit = 0; bit < 8 * document.length; bit++) {
      byte[] damaged = document.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertUnreadable(damaged, Reason.CORRUPT);
    }
  }

  @Example
  void aLaterFrameIsJudgedAsTheFirst() {
    byte[] first = document(List.of(Entries.MIXED));
    byte[] foreign = LogFrames.encode("another", 1, Entries.MIXED, Place.NEXT, Compressor.NONE);
    byte[] misplaced = LogFrames.encode(CHANNEL, 1, Entries.MIXED, Place.NEXT, Compressor.NONE);
    byte[] tooNew = misplaced.clone();
    tooNew[3] = 2;
    byte[] unknownCompression = misplaced.clone();
    unknownCompression[3] = (byte) 0xf1;
    byte[] block = new DenseBlock(CHANNEL, 1, Entries.MIXED).encode();

    assertUnreadable(concat(first, foreign), Reason.OTHER);
    assertUnreadable(concat(first, DocumentFormatsTest.reseal(tooNew)), Reason.TOO_NEW);
    assertUnreadable(concat(first, DocumentFormatsTest.reseal(unknownCompression)), Reason.TOO_NEW);
    assertUnreadable(concat(first, block), Reason.OTHER);
    assertUnreadable(misplaced, Reason.CORRUPT);
    assertThat(LogFrames.decode("key", CHANNEL, concat(first, first), COMPRESSIONS))
        .hasSize(2 * Entries.MIXED.size());
  }

  /** Right checksums over random changes: what a faulty writer might leave. */
  @Example
  void readsOrRefusesWhateverHasARightChecksum() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] whole =
        LogFrames.encode(CHANNEL, 1, Entries.usual(30, seed), Place.FIRST, Compressor.NONE);
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] document = whole.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        document[10 + random.nextInt(document.length - 10)] = (byte) random.nextInt();
      }
      try {
        LogFrames.decode("key", CHANNEL, DocumentFormatsTest.reseal(document), COMPRESSIONS);
      } catch (UnreadableDocumentException e) {
        refused++;
      }
    }
    assertThat(refused).as("seed=%d", seed).isBetween(1, 20_000);
  }

  /** One frame each, by epochs 1, 2, … */
  private static byte[] document(List<List<Entry>> frames) {
    LogFrameEncoder encoder = new LogFrameEncoder(Compressor.NONE);
    ByteArrayOutputStream document = new ByteArrayOutputStream();
    for (int i = 0; i < frames.size(); i++) {
      Place place = i == 0 ? Place.FIRST : Place.NEXT;
      document.writeBytes(encoder.encode(CHANNEL, i + 1, frames.get(i), place));
    }
    return document.toByteArray();
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static void assertUnreadable(byte[] document, Reason reason) {
    assertThatThrownBy(() -> LogFrames.decode("db:key", CHANNEL, document, COMPRESSIONS))
        .isInstanceOfSatisfying(
            UnreadableDocumentException.class,
            unreadable -> assertThat(unreadable.reason()).isEqualTo(reason))
        .hasMessageContaining("key=db:key");
  }
}
