package io.channelindex.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;

class PlacementTest {
  private static Set<Integer> vbucketsOf(IndexKeys keys, Colocation bucket, String channel) {
    Set<Integer> touched = new TreeSet<>();
    for (int partition = 0; partition < 64; partition++) {
      touched.add(bucket.vbucketOf(keys.head(channel, partition)));
      touched.add(bucket.vbucketOf(keys.page(channel, partition, 3)));
      touched.add(bucket.vbucketOf(keys.block(channel, partition, 100 + partition)));
      touched.add(bucket.vbucketOf(keys.packed(channel, partition, 0)));
    }
    return touched;
  }

  @Property(tries = 100)
  void allDocumentsOfAChannelLieOnAsManyVbucketsAsAskedFor(
      @ForAll @NotEmpty @CharRange(from = '\u0001', to = '\u3000') String channel,
      @ForAll @IntRange(min = 1, max = 1024) int vbuckets,
      @ForAll @IntRange(min = 1, max = 64) int most) {
    int spread = Math.min(most, vbuckets);
    IndexKeys keys = new IndexKeys("db", Placement.colocated(spread, vbuckets));

    assertThat(vbucketsOf(keys, new Colocation(vbuckets), channel)).hasSize(spread);
  }

  @Example
  void spreadKeysAreAnywhere() {
    assertThat(vbucketsOf(new IndexKeys("db"), new Colocation(1024), "news"))
        .hasSizeBetween(180, 256);
    assertThat(new IndexKeys("db", Placement.SPREAD).head("news", 5)).isEqualTo("db:head:5:news");
  }

  @Example
  void theVbucketsOfAChannelAreFarFromEachOtherAndTheSameForEver() {
    IndexKeys keys = new IndexKeys("db", Placement.colocated(4, 1024));
    assertThat(keys.head("news", 5)).isEqualTo("db:head:5:news#lTm");
    assertThat(new Colocation(1024).vbucketOf(keys.head("news", 5))).isEqualTo(470);
    int[] vbuckets =
        vbucketsOf(keys, new Colocation(1024), "news").stream().mapToInt(v -> v).toArray();

    assertThat(IntStream.range(1, 4).map(i -> vbuckets[i] - vbuckets[i - 1])).containsOnly(256);
  }

  @Example
  void channelsAreEvenlyDistributed() {
    int vbuckets = 64;
    Colocation bucket = new Colocation(vbuckets);
    IndexKeys keys = new IndexKeys("db", Placement.colocated(1, vbuckets));
    int[] channels = new int[vbuckets];
    for (int i = 0; i < 64_000; i++) {
      channels[bucket.vbucketOf(keys.head("channel-" + i, i % 64))]++;
    }

    // Binomial, 1,000 expected: six standard deviations are 188.
    assertThat(IntStream.of(channels)).allMatch(count -> count > 812 && count < 1_188);
  }

  @Example
  void keysStayColocatedInASmallerBucket() {
    IndexKeys keys = new IndexKeys("db", Placement.colocated(1, 1024));

    assertThat(vbucketsOf(keys, new Colocation(64), "news")).hasSize(1);
  }

  @Example
  void namesAreReadBackAndNothingElseIs() {
    for (Placement placement :
        new Placement[] {
          Placement.SPREAD, Placement.colocated(1, 1024), Placement.colocated(7, 100)
        }) {
      assertThat(Placement.named(placement.name()))
          .isEqualTo(placement)
          .hasToString(placement.name());
    }
    assertThat(Placement.colocated(4, 1024).name()).isEqualTo("colocated:4:1024");
    assertThat(Placement.colocated(4, 1024)).isNotEqualTo(Placement.colocated(4, 64));
    assertThat(Placement.colocated(4, 1024).isLike(Placement.colocated(4, 64))).isTrue();
    assertThat(Placement.colocated(4, 1024).isLike(Placement.colocated(8, 1024))).isFalse();
    assertThat(Placement.colocated(4, 1024).isLike(Placement.SPREAD)).isFalse();
    assertThat(Placement.SPREAD.isLike(Placement.colocated(4, 1024))).isFalse();
    assertThat(Placement.SPREAD.isLike(Placement.SPREAD)).isTrue();
    for (String name :
        new String[] {
          "", "Spread", "colocated", "colocated:04:64", "colocated:4:64:", "colocated:+4:64"
        }) {
      assertThatThrownBy(() -> Placement.named(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("name=" + name);
    }
    assertThatThrownBy(() -> Placement.named("colocated:65:64")).hasMessageContaining("spread=65");
    assertThatThrownBy(() -> Placement.colocated(0, 64)).hasMessageContaining("spread=0");
    assertThatThrownBy(() -> Placement.colocated(1, 2048)).hasMessageContaining("vbuckets=2048");
  }
}
