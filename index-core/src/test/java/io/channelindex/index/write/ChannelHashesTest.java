package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** {@link ChannelHashes} against {@link HashSet}. */
class ChannelHashesTest {
  /** Any, none, and such as are looked for in the same places. */
  @Provide
  Arbitrary<List<Long>> hashes() {
    return Arbitraries.oneOf(
            Arbitraries.longs(),
            Arbitraries.longs().between(-3, 3),
            Arbitraries.longs().map(any -> any << 20))
        .list()
        .ofMaxSize(600);
  }

  @Property
  void isASet(@ForAll("hashes") List<Long> hashes, @ForAll("hashes") List<Long> later) {
    ChannelHashes set = new ChannelHashes();
    Set<Long> model = new HashSet<>();
    assertThat(set.isEmpty()).isTrue();
    for (long hash : hashes) {
      assertThat(set.add(hash)).isEqualTo(model.add(hash));
      assertThat(set.size()).isEqualTo(model.size());
    }
    assertThat(set.isEmpty()).isEqualTo(model.isEmpty());
    assertThat(set.toList()).containsExactlyInAnyOrderElementsOf(model);

    ChannelHashes other = new ChannelHashes();
    later.forEach(other::add);
    set.addAll(other);
    model.addAll(later);
    assertThat(set.toList()).containsExactlyInAnyOrderElementsOf(model);

    set.clear();
    assertThat(set.isEmpty()).isTrue();
    assertThat(set.toList()).isEmpty();
    later.forEach(set::add);
    assertThat(set.toList()).containsExactlyInAnyOrderElementsOf(new HashSet<>(later));
  }
}
