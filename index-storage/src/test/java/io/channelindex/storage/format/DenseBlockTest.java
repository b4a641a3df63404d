package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
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
    return Entries.colliding();
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
