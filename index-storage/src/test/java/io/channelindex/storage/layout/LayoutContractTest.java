package io.channelindex.storage.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.UnreadableDocumentException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every layout has to do, with every compression. */
class LayoutContractTest {
  private static final EntryFilter NOTHING = (vbucket, seqno, vbuuid) -> false;
  private static final Comparator<Entry> ORDER =
      Comparator.comparingInt(Entry::vbucket)
          .thenComparing(Entry::seqno, Long::compareUnsigned)
          .thenComparing(Entry::vbuuid)
          .thenComparing(Entry::documentId);

  static Stream<Arguments> variants() {
    return Layouts.all().stream()
        .flatMap(
            layout ->
                Stream.of(BlockCompression.values())
                    .map(compression -> Arguments.of(layout, compression)));
  }

  private static BlockCoding coding(BlockCompression compression) {
    return new BlockCoding(compression, new Compressions());
  }

  /** Entries as they are indexed: seqnos of a vbucket go up, documents come again. */
  private static List<Entry> entries(Random random, int count) {
    long[] seqnos = {0, 5, 1_000_000, -20_000_000};
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int vbucket = random.nextInt(seqnos.length);
      seqnos[vbucket] += 1 + random.nextInt(random.nextInt(40) == 0 ? 5_000 : 3);
      String id = (random.nextBoolean() ? "user::" : "ä-") + vbucket + "-" + random.nextInt(count);
      String revision =
          random.nextInt(9) == 0 ? "odd " + i : (1 + i) + "-" + Long.toHexString(0xabcdefL + i);
      if ((revision.length() - revision.indexOf('-')) % 2 == 0) {
        revision += "0";
      }
      EntryState state = EntryState.ofCode(random.nextInt(10) < 8 ? 0 : 1 + random.nextInt(2));
      long vbuuid = 0x1000L + vbucket + (random.nextInt(50) == 0 ? 7 : 0);
      entries.add(new Entry(id, revision, vbucket, seqnos[vbucket], vbuuid, state));
    }
    return entries;
  }

  private static StoredIndex written(
      Layout layout, BlockCompression compression, List<Entry> entries, Random random) {
    StoredIndex index = new StoredIndex(layout, coding(compression), "news", 4_096);
    int from = 0;
    while (from < entries.size()) {
      int to = Math.min(entries.size(), from + 1 + random.nextInt(60));
      index.commit(entries.subList(from, to), NOTHING);
      if (random.nextInt(5) == 0) {
        index.resume();
      }
      from = to;
    }
    return index;
  }

  @ParameterizedTest
  @MethodSource("variants")
  void whatWasWrittenIsReadAsItWas(Layout layout, BlockCompression compression) {
    for (long seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      List<Entry> entries = entries(random, 700);
      StoredIndex index = written(layout, compression, entries, random);

      assertThat(index.all()).as("blocks").hasSizeGreaterThan(2);
      assertThat(new HashSet<>(index.read(index.all(), EntryFilter.ALL).entries()))
          .as("seed=%d", seed)
          .isEqualTo(new HashSet<>(entries));
      assertThat(index.read(index.all(), EntryFilter.ALL).epoch()).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void aFilterGetsWhatItWantsAndNothingElse(Layout layout, BlockCompression compression) {
    Random random = new Random(11);
    List<Entry> entries = entries(random, 500);
    StoredIndex index = written(layout, compression, entries, random);
    long middle = entries.get(250).seqno();
    int vbucket = entries.get(250).vbucket();
    EntryFilter filter =
        (its, seqno, vbuuid) ->
            its == vbucket
                && Long.compareUnsigned(seqno, middle) > 0
                && vbuuid == 0x1000L + vbucket;

    Set<Entry> expected = new LinkedHashSet<>(entries);
    expected.removeIf(entry -> !filter.wants(entry.vbucket(), entry.seqno(), entry.vbuuid()));
    assertThat(expected).isNotEmpty();
    assertThat(new HashSet<>(index.read(index.all(), filter).entries())).isEqualTo(expected);
    assertThat(index.read(index.all(), NOTHING).entries()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void aPackedBlockIsReadAsWhatItWasMadeOf(Layout layout, BlockCompression compression) {
    Random random = new Random(23);
    List<Entry> entries = entries(random, 900);
    StoredIndex index = written(layout, compression, entries, random);
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.sort(ORDER);

    StoredBlock packed = new StoredBlock("packed", layout.pack(index.place(), sorted));

    List<Entry> read = new ArrayList<>(index.read(List.of(packed), EntryFilter.ALL).entries());
    read.sort(ORDER);
    assertThat(read).isEqualTo(sorted);
    assertThat(index.read(List.of(packed), EntryFilter.ALL).epoch()).isEqualTo(7);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void noLayoutTakesAnothersBlockForItsOwn(Layout layout, BlockCompression compression) {
    Random random = new Random(5);
    List<Entry> entries = entries(random, 40);
    StoredIndex index = written(layout, compression, entries, random);
    for (Layout other : Layouts.all()) {
      if (other != layout) {
        StoredIndex foreign = written(other, compression, entries, random);
        assertThatThrownBy(() -> index.read(foreign.all(), EntryFilter.ALL))
            .as("%s reads %s", layout.name(), other.name())
            .isInstanceOf(UnreadableDocumentException.class);
      }
    }
    StoredIndex elsewhere = new StoredIndex(layout, coding(compression), "sports", 4_096);
    assertThatThrownBy(() -> elsewhere.read(index.all(), EntryFilter.ALL))
        .isInstanceOf(UnreadableDocumentException.class)
        .hasMessageContaining("sports");
  }

  @ParameterizedTest
  @MethodSource("variants")
  void whatIsPassedOverIsSupersededByWhatIsReadable(Layout layout, BlockCompression compression) {
    Random random = new Random(41);
    List<Entry> entries = entries(random, 600);
    StoredIndex index = new StoredIndex(layout, coding(compression), "news", 4_096);
    for (int from = 0; from < entries.size(); from += 50) {
      Set<Entry> committed = new HashSet<>(entries.subList(0, from));
      index.commit(
          entries.subList(from, Math.min(entries.size(), from + 50)),
          (vbucket, seqno, vbuuid) ->
              committed.stream()
                  .anyMatch(
                      known ->
                          known.vbucket() == vbucket
                              && known.seqno() == seqno
                              && known.vbuuid() == vbuuid));
    }

    Set<Entry> read = new HashSet<>(index.read(index.all(), EntryFilter.ALL).entries());
    Map<String, Entry> newest = new HashMap<>();
    entries.forEach(entry -> newest.put(entry.documentId(), entry));
    for (Entry entry : entries) {
      boolean last = newest.get(entry.documentId()).equals(entry);
      assertThat(last && !read.contains(entry)).as("newest is missing: %s", entry).isFalse();
    }
    assertThat(entries).containsAll(read);
  }

  @Test
  void framesThatCameTwiceSayNothingNew() {
    Random random = new Random(3);
    List<Entry> entries = entries(random, 30);
    Layout log = Layouts.named("log");
    StoredIndex index = new StoredIndex(log, BlockCoding.plain(), "news", 65_536);
    index.commit(entries, NOTHING);
    index.repeatLastBlock();

    List<Entry> read = index.read(index.all(), EntryFilter.ALL).entries();

    assertThat(read).hasSize(60);
    assertThat(new HashSet<>(read)).isEqualTo(new HashSet<>(entries));
  }

  @Test
  void namesAreStableAndUnknownOnesAreRefused() {
    assertThat(Layouts.names()).containsExactly("dense", "log", "hybrid", "bit-flag");
    assertThatThrownBy(() -> Layouts.named("sparse"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layout=sparse")
        .hasMessageContaining("dense|log|hybrid|bit-flag");
  }
}
