package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class DenseBlockTest {
  private record Identity(int vbucket, long seqno, long vbuuid, String documentId) {
    static Identity of(Entry entry) {
      return new Identity(entry.vbucket(), entry.seqno(), entry.vbuuid(), entry.documentId());
    }
  }

  @Provide
  Arbitrary<Entry> entries() {
    // Few ids, seqnos and tags, so that identities collide in parts and as a whole.
    Arbitrary<String> ids =
        Arbitraries.oneOf(
            Arbitraries.of("a", "b", "ab", "", "\u0000", "ö", "日本", "😀")
                .filter(id -> !id.isEmpty()),
            Arbitraries.strings().ascii().ofMinLength(1).ofMaxLength(250));
    Arbitrary<Long> seqnos =
        Arbitraries.oneOf(Arbitraries.longs().between(1, 5), Arbitraries.longs())
            .filter(seqno -> seqno != 0);
    return Combinators.combine(
            ids,
            revisions(),
            Arbitraries.oneOf(Arbitraries.integers().between(0, 2), Arbitraries.just(1023)),
            seqnos,
            Arbitraries.oneOf(Arbitraries.longs().between(0, 2), Arbitraries.longs()),
            Arbitraries.of(EntryState.values()))
        .as(Entry::new);
  }

  @Provide
  Arbitrary<String> revisions() {
    Arbitrary<String> odd =
        Arbitraries.of(
            "-",
            "1-",
            "-ab",
            "01-ab",
            "0-ab",
            "1-abc",
            "1-AB",
            "1-ab-cd",
            "999999999999999999-00",
            "1000000000000000000-00",
            "9223372036854775808-00",
            "1-" + "0".repeat(510),
            "1-" + "0".repeat(512),
            "+1-ab",
            "١-ab",
            "1-日本");
    Arbitrary<String> usual =
        Combinators.combine(
                Arbitraries.longs().between(1, 1_000_000),
                Arbitraries.strings().withChars("0123456789abcdef").ofLength(32))
            .as((generation, digest) -> generation + "-" + digest);
    return Arbitraries.oneOf(odd, usual, Arbitraries.strings().ascii().ofMinLength(1));
  }

  @Property(tries = 500)
  void comesBackAsItWas(@ForAll List<@From("entries") Entry> entries, @ForAll long epoch) {
    DenseBlock block = new DenseBlock("a channel", epoch, distinct(entries));

    assertThat(DenseBlock.decode("key", "a channel", block.encode())).isEqualTo(block);
  }

  /** The reference: a map by identity, and a block encoded at once. */
  @Property(tries = 500)
  void growsToTheSameBytes(@ForAll List<@From("entries") Entry> entries) {
    Map<Identity, Entry> reference = new LinkedHashMap<>();
    DenseBlockBuilder builder = new DenseBlockBuilder("a channel", 7);
    for (Entry entry : entries) {
      boolean isNew = reference.putIfAbsent(Identity.of(entry), entry) == null;

      assertThat(builder.add(entry)).isEqualTo(isNew);
      assertThat(builder.encodedSize()).isEqualTo(builder.encode().length);
    }
    DenseBlock expected = new DenseBlock("a channel", 7, List.copyOf(reference.values()));

    assertThat(builder.size()).isEqualTo(reference.size());
    assertThat(builder.encode()).isEqualTo(expected.encode());
    assertThat(DenseBlockBuilder.of(expected, 7).encode()).isEqualTo(expected.encode());
  }

  @Example
  void findsEveryDuplicateInALargeBlock() {
    DenseBlockBuilder builder = new DenseBlockBuilder("*", 1);
    for (int i = 1; i <= 5_000; i++) {
      assertThat(builder.add(entry(i))).isTrue();
    }
    for (int i = 1; i <= 5_000; i++) {
      assertThat(builder.add(entry(i))).isFalse();
    }

    DenseBlock block = DenseBlock.decode("key", "*", builder.encode());

    assertThat(block.entries()).hasSize(5_000).startsWith(entry(1)).endsWith(entry(5_000));
  }

  @Example
  void whatCannotBeWrittenLeavesTheBuilderAsItWas() {
    DenseBlockBuilder builder = new DenseBlockBuilder("*", 1);
    builder.add(entry(1));
    byte[] before = builder.encode();

    assertThatThrownBy(() -> builder.add(new Entry("\uD800", "1-ab", 9, 1, 1, EntryState.ACTIVE)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.add(new Entry("a", "1-\uDC00x", 9, 1, 1, EntryState.ACTIVE)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> builder.add(new Entry("ö".repeat(126), "1-ab", 9, 1, 1, EntryState.ACTIVE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bytes=252, max=250");

    assertThat(builder.encode()).isEqualTo(before);
  }

  @Example
  void aBlockWithAnEntryTwiceIsNotWritten() {
    DenseBlock block = new DenseBlock("*", 1, List.of(entry(1), entry(1)));

    assertThatThrownBy(block::encode)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("entry twice");
  }

  @Example
  void aUsualEntryIsSmall() {
    DenseBlockBuilder builder = new DenseBlockBuilder("*", 1);
    builder.add(entry(1_000_000));
    int before = builder.encodedSize();

    builder.add(entry(1_000_016));

    // Document id 37, revision 20, seqno 3, tag and flags 1 each.
    assertThat(builder.encodedSize() - before).isEqualTo(62);
  }

  private static Entry entry(int seqno) {
    return new Entry(
        String.format("document-%027d", seqno),
        seqno + "-0123456789abcdef0123456789abcdef",
        seqno % 16,
        seqno,
        0xabcdef,
        EntryState.ACTIVE);
  }

  private static List<Entry> distinct(List<Entry> entries) {
    Map<Identity, Entry> byIdentity = new LinkedHashMap<>();
    entries.forEach(entry -> byIdentity.putIfAbsent(Identity.of(entry), entry));
    return new ArrayList<>(byIdentity.values());
  }
}
