package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.BranchHistory.Branch;
import io.channelindex.sequence.BranchVector;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.ChannelHead.ActiveState;
import io.channelindex.storage.format.ChannelHead.Compacted;
import io.channelindex.storage.format.ChannelHead.Retired;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The formats but the blocks': what is written comes back. */
class RoundTripTest {
  @Provide
  Arbitrary<Long> seqnos() {
    return Arbitraries.oneOf(
        Arbitraries.just(0L), Arbitraries.longs().between(1, 100_000), Arbitraries.longs());
  }

  @Provide
  Arbitrary<StreamPosition> positions() {
    Arbitrary<Long> some = Arbitraries.longs().between(0, 1L << 50);
    return Combinators.combine(Arbitraries.longs(), some, some, some)
        .as((vbuuid, start, more, most) -> position(vbuuid, start, more, most));
  }

  @Provide
  Arbitrary<VbucketState> states() {
    Arbitrary<BranchHistory> histories =
        Combinators.combine(Arbitraries.longs(), seqnos())
            .as((vbuuid, end) -> new Branch(vbuuid, end, end == 0 ? 0 : end - 1))
            .list()
            .ofMaxSize(BranchHistory.MAX_BRANCHES)
            .map(BranchHistory::new);
    return Combinators.combine(seqnos(), positions(), histories, Arbitraries.of(true, false))
        .as(VbucketState::new);
  }

  @Provide
  Arbitrary<List<Touched>> commits() {
    return Arbitraries.oneOf(
            Arbitraries.longs().list().map(hashes -> new Touched(hashes, false)),
            Arbitraries.of(Touched.ALL, Touched.NONE))
        .list()
        .ofMaxSize(40);
  }

  @Property(tries = 300)
  void stable(
      @ForAll @From("states") VbucketState state,
      @ForAll @From("states") VbucketState other,
      @ForAll @IntRange(min = 1, max = 512) int pairs,
      @ForAll("commits") List<Touched> recent,
      @ForAll long epoch,
      @ForAll String owner) {
    List<VbucketState> states =
        IntStream.range(0, 2 * pairs).mapToObj(i -> i % 2 == 0 ? state : other).toList();
    StableDocument document =
        new StableDocument(0, 1024 - 2 * pairs, epoch, wellFormed(owner), -1, states, recent);

    assertThat(StableDocument.decode("key", document.encode())).isEqualTo(document);
  }

  @Property(tries = 300)
  void head(
      @ForAll @IntRange(min = 1, max = 33) int width,
      @ForAll @Size(max = 200) List<@From("seqnos") Long> seqnos,
      @ForAll ActiveState active,
      @ForAll String name) {
    String channel = wellFormed(name);
    List<Summary> rows = rows(width, seqnos);
    int half = rows.size() / 2;
    ChannelHead head =
        new ChannelHead(
            channel,
            1023,
            1024 - width,
            1,
            Collections.nCopies(width, -1L),
            rows.subList(0, half),
            rows.subList(half, rows.size()),
            rows.size(),
            active,
            new Compacted(
                rows.subList(0, half / 2),
                half,
                List.of(new Retired(Retired.Kind.PAGE, half, 1 + half)),
                Collections.nCopies(width, 7L)));

    assertThat(ChannelHead.decode("key", channel, head.encode())).isEqualTo(head);
    DirectoryPage page = new DirectoryPage(channel, rows);
    assertThat(DirectoryPage.decode("key", channel, page.encode())).isEqualTo(page);
  }

  @Property(tries = 200)
  void branchVector(@ForAll @Size(min = 1, max = 1024) long[] vbuuids) {
    BranchVector vector = BranchVector.of(vbuuids);

    assertThat(BranchVectorDocument.decode("key", BranchVectorDocument.encode(vector)))
        .isEqualTo(vector);
  }

  @Property(tries = 200)
  void registry(@ForAll @Size(max = 300) Set<String> names) {
    List<String> channels = names.stream().map(RoundTripTest::wellFormed).distinct().toList();
    ChannelRegistryPage page = new ChannelRegistryPage(channels);

    assertThat(ChannelRegistryPage.decode("key", page.encode())).isEqualTo(page);
  }

  @Example
  void settings() {
    SettingsDocument settings =
        new SettingsDocument(-1, 128, 64, "dense", Placement.SPREAD, Long.MAX_VALUE);

    assertThat(SettingsDocument.decode("key", settings.encode())).isEqualTo(settings);
    assertThat(settings.map()).isEqualTo(new PartitionMap(128, 64));
  }

  @Example
  void unownedStableDocumentKnowsItsVbuckets() {
    StableDocument document = StableDocument.unowned(new PartitionMap(1024, 64), 3);

    assertThat(StableDocument.decode("key", document.encode())).isEqualTo(document);
    assertThat(document.vbucket(63)).isEqualTo(VbucketState.NEW);
    assertThat(document.vbuckets()).hasSize(16);
  }

  @Example
  void aGrowingHeadStaysSmall() {
    List<Summary> closed =
        IntStream.range(0, ChannelHead.BLOCKS_PER_PAGE)
            .mapToObj(block -> new Summary(block, 250, row(16, 5_000_000 + 16L * block)))
            .toList();
    ChannelHead head =
        new ChannelHead(
            "news",
            0,
            0,
            1,
            row(16, 5_010_000),
            List.of(),
            closed,
            128,
            ActiveState.STORED,
            Compacted.none(16));

    // A byte per vbucket and block, where the seqnos themselves would take 4.
    assertThat(head.encode().length).isLessThan(128 * 22 + 100);
  }

  private static ChannelHead head(
      String channel, int partition, int firstVbucket, List<Long> clock, int active) {
    return new ChannelHead(
        channel,
        partition,
        firstVbucket,
        1,
        clock,
        List.of(),
        List.of(),
        active,
        ActiveState.STORED,
        Compacted.none(clock.size()));
  }

  @Example
  void refusesWhatNoDocumentMayHold() {
    Summary narrow = new Summary(0, 1, List.of(1L));
    assertThatThrownBy(() -> new DirectoryPage("c", List.of(narrow, new Summary(1, 1, List.of()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vbuckets=0, expected=1");
    assertThatThrownBy(() -> head("c", 1024, 0, List.of(0L), 0))
        .hasMessageContaining("partition=1024");
    assertThatThrownBy(() -> head("c", 0, 1023, List.of(0L, 0L), 0))
        .hasMessageContaining("firstVbucket=1023");
    assertThatThrownBy(() -> head("c", 0, 0, List.of(0L), -1)).hasMessageContaining("active=-1");
    assertThatThrownBy(() -> new Summary(-1, 0, List.of())).hasMessageContaining("number=-1");
    assertThatThrownBy(() -> new Touched(List.of(1L), true)).hasMessageContaining("channels=1");
    assertThatThrownBy(() -> new ChannelRegistryPage(List.of("a", "a")))
        .hasMessageContaining("twice");
    assertThatThrownBy(
            () ->
                new ChannelRegistryPage(
                    IntStream.rangeClosed(0, 1_000).mapToObj(Integer::toString).toList()))
        .hasMessageContaining("channels=1001, max=1000");
    assertThatThrownBy(() -> new SettingsDocument(1, 64, 65, "dense", Placement.SPREAD, 0))
        .hasMessageContaining("partitions=65");
    assertThatThrownBy(() -> new SettingsDocument(1, 64, 64, "dense", Placement.SPREAD, -1))
        .hasMessageContaining("created=-1");
  }

  private static StreamPosition position(long vbuuid, long start, long more, long most) {
    return new StreamPosition(vbuuid, start + more, start, start + more + most);
  }

  private static List<Summary> rows(int width, List<Long> seqnos) {
    return IntStream.range(0, seqnos.size() / width)
        .mapToObj(row -> new Summary(row, row, seqnos.subList(row * width, (row + 1) * width)))
        .toList();
  }

  private static List<Long> row(int width, long first) {
    return LongStream.range(first, first + width).boxed().toList();
  }

  /** Without halves of surrogate pairs. */
  private static String wellFormed(String text) {
    return text.codePoints()
        .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
