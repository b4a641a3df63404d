package io.channelindex.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class IndexKeysTest {
  private static final IndexKeys KEYS = new IndexKeys("db");
  private static final IndexKeys LONGEST = new IndexKeys("p".repeat(32));
  private static final IndexKeys COLOCATED = new IndexKeys("db", Placement.colocated(2, 64));

  /** What a key is asked for. */
  private record Place(String kind, String channel, int partition, int number) {
    String key(IndexKeys keys) {
      return switch (kind) {
        case "head" -> keys.head(channel, partition);
        case "page" -> keys.page(channel, partition, number);
        default -> keys.block(channel, partition, number);
      };
    }
  }

  @Provide
  Arbitrary<Place> places() {
    Arbitrary<String> nasty =
        Arbitraries.of("0", "1", ":", "~", " ", "-", "ä", "😀", "x")
            .list()
            .ofMinSize(1)
            .ofMaxSize(6)
            .map(parts -> String.join("", parts));
    Arbitrary<String> sizes = Arbitraries.integers().between(190, 260).map("x"::repeat);
    Arbitrary<String> hashes =
        Arbitraries.strings().ascii().ofMinLength(1).map(IndexKeysTest::nameInKey);
    Arbitrary<String> suffixed =
        Arbitraries.integers().between(0, 12).map(n -> COLOCATED.head("x", n).substring(10));
    return Combinators.combine(
            Arbitraries.of("head", "page", "block"),
            Arbitraries.oneOf(nasty, sizes, hashes, suffixed),
            Arbitraries.oneOf(Arbitraries.integers().between(0, 12), Arbitraries.just(1023)),
            Arbitraries.oneOf(
                Arbitraries.integers().between(0, 12), Arbitraries.just(Integer.MAX_VALUE)))
        .as(
            (kind, channel, partition, number) ->
                new Place(kind, channel, partition, kind.equals("head") ? 0 : number));
  }

  @Property(tries = 300)
  void noTwoPlacesShareAKey(@ForAll List<@From("places") Place> places) {
    for (IndexKeys keys : List.of(KEYS, LONGEST, COLOCATED)) {
      Map<String, Place> owners = new HashMap<>();
      for (Place place : places) {
        String key = place.key(keys);
        Place other = owners.putIfAbsent(key, place);
        assertThat(other == null || other.equals(place))
            .as("%s: %s, %s", key, other, place)
            .isTrue();
        assertThat(key.getBytes(StandardCharsets.UTF_8).length).isBetween(1, IndexKeys.MAX_BYTES);
      }
    }
  }

  @Example
  void plainNamesStandInKeysAsTheyAre() {
    assertThat(KEYS.head("news", 5)).isEqualTo("db:head:5:news");
    assertThat(KEYS.page("a:b", 5, 2)).isEqualTo("db:page:5:2:a:b");
    assertThat(KEYS.block("*", 63, 17)).isEqualTo("db:block:63:17:*");
    assertThat(KEYS.settings()).isEqualTo("db:settings");
    assertThat(KEYS.stable(7)).isEqualTo("db:stable:7");
    assertThat(KEYS.wakeUps()).isEqualTo("db:wake");
    assertThat(KEYS.registry(7, 1)).isEqualTo("db:channels:7:1");
    assertThat(KEYS.dictionary(3)).isEqualTo("db:dictionary:3");
    assertThat(KEYS.branches(-1)).isEqualTo("db:branches:ffffffffffffffff");
  }

  @Example
  void otherNamesAreHashedAndStayTheSameForEver() {
    // printf '%s' '~x' | sha256sum, the first 24 bytes in base64url
    assertThat(nameInKey("~x")).isEqualTo("~Uvohc4z1ra6xQf7USJ4KeMVmlFGY8pc1");
    assertThat(nameInKey("日本")).isEqualTo("~zyq_DFvjJsuSKnD4Fj-RB5xNmqhlXGDq");
    assertThat(nameInKey("a b")).startsWith("~").hasSize(33);
    assertThat(nameInKey("a\u007f")).startsWith("~");
  }

  @Example
  void theWholeKeyDecidesWhetherANameIsTooLong() {
    int begin = "db:block:0:0:".length();
    assertThat(KEYS.block("x".repeat(IndexKeys.MAX_BYTES - begin), 0, 0)).hasSize(246);
    assertThat(KEYS.block("x".repeat(IndexKeys.MAX_BYTES - begin), 0, 10)).contains(":~");
  }

  @Example
  void aSuffixStandsBehindTheNameAndCounts() {
    String key = COLOCATED.head("news", 5);
    assertThat(key).matches("db:head:5:news#[H-Wh-w]{3}");
    // With and without another channel's suffix as part of the name.
    assertThat(COLOCATED.head(key.substring("db:head:5:".length()), 5)).startsWith(key + '#');
    int begin = "db:block:0:0:".length();
    int longest = IndexKeys.MAX_BYTES - begin - "#HHH".length();
    assertThat(COLOCATED.block("x".repeat(longest), 0, 0)).hasSize(246).doesNotContain("~");
    assertThat(COLOCATED.block("x".repeat(longest + 1), 0, 0)).contains(":~");
    assertThat(COLOCATED.stable(7)).isEqualTo(KEYS.stable(7));
  }

  @Example
  void channelHashesAreWhatTheyWere() {
    assertThat(IndexKeys.channelHash("*")).isEqualTo(0x74f191b694d32786L);
    assertThat(IndexKeys.channelHash("news")).isEqualTo(0x3d16b1ed7dd99a4bL);
    assertThat(IndexKeys.channelHash("日本")).isEqualTo(0xb7f4ca9e3b0a2f06L);
    assertThat(IndexKeys.channelHash("\u007f\u0080")).isEqualTo(0xc51b7075b544c3baL);
    assertThat(IndexKeys.channelHash("news-\uD83D\uDE00")).isEqualTo(0x2f1c34effffcc2a2L);
    assertThatThrownBy(() -> IndexKeys.channelHash("news-\uD83D"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Example
  void channelHashesSpread() {
    long[] ones = new long[64];
    Set<Long> hashes = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      long hash = IndexKeys.channelHash("channel-" + i);
      hashes.add(hash);
      for (int bit = 0; bit < 64; bit++) {
        ones[bit] += (hash >>> bit) & 1;
      }
    }

    assertThat(hashes).hasSize(20_000);
    // 20,000 tosses of a coin: seven standard deviations are 495.
    assertThat(LongStream.of(ones)).allMatch(count -> count > 9_505 && count < 10_495);
  }

  @Example
  void refusesWhatMakesNoKey() {
    for (String prefix : List.of("", "a:b", "ä", "p".repeat(33), "a b")) {
      assertThatThrownBy(() -> new IndexKeys(prefix))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("prefix=" + prefix);
    }
    assertThatThrownBy(() -> KEYS.head("", 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KEYS.head("\uD800", 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KEYS.head("a", -1)).hasMessageContaining("partition=-1");
    assertThatThrownBy(() -> KEYS.stable(1024)).hasMessageContaining("partition=1024");
    assertThatThrownBy(() -> KEYS.block("a", 0, -1)).hasMessageContaining("number=-1");
    assertThatThrownBy(() -> IndexKeys.channelHash("\uDC00"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String nameInKey(String channel) {
    return KEYS.head(channel, 0).substring("db:head:0:".length());
  }
}
