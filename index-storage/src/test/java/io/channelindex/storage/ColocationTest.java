package io.channelindex.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

class ColocationTest {
  private static final Colocation LARGEST = new Colocation(1024);

  /** What clients compute, by the checksum of the whole key. */
  private static int hash(String key) {
    CRC32 crc = new CRC32();
    crc.update(key.getBytes(StandardCharsets.UTF_8));
    return (int) ((crc.getValue() >> 16) & 0x7fff);
  }

  @Property(tries = 2_000)
  void anyKeyFallsIntoAnyVbucketOfAnyBucket(
      @ForAll @StringLength(max = 80) String key,
      @ForAll @IntRange(min = 1, max = 1024) int vbuckets,
      @ForAll @IntRange(max = 1023) int chosen) {
    Colocation colocation = new Colocation(vbuckets);
    int vbucket = chosen % vbuckets;

    String suffix = colocation.suffix(key, vbucket);

    assertThat(suffix).hasSize(Colocation.SUFFIX_BYTES).matches("[H-Wh-w]{3}");
    assertThat(hash(key + suffix) % vbuckets).isEqualTo(vbucket);
    assertThat(colocation.vbucketOf(key + suffix)).isEqualTo(vbucket);
    assertThat(colocation.vbucketOf(key)).isEqualTo(hash(key) % vbuckets);
  }

  @Example
  void oneKeyReachesAllVbucketsEachWithItsOwnSuffix() {
    for (String key : new String[] {"", "db:head:5:news#", "😀"}) {
      Set<String> suffixes = new HashSet<>();
      for (int vbucket = 0; vbucket < 1024; vbucket++) {
        String suffix = LARGEST.suffix(key, vbucket);
        suffixes.add(suffix);
        // All 15 bits, so that it holds for every smaller bucket, too.
        assertThat(hash(key + suffix)).isEqualTo(vbucket);
      }
      assertThat(suffixes).hasSize(1024);
    }
  }

  @Example
  void suffixesStayTheSameForEver() {
    // Found by trying all 32,768, with the CRC-32 of another language.
    assertThat(LARGEST.suffix("db:head:5:news#", 0)).isEqualTo("ssL");
    assertThat(LARGEST.suffix("db:head:5:news#", 1023)).isEqualTo("KSh");
  }

  @Example
  void theSuffixIsPartOfTheBudget() {
    int longest = IndexKeys.MAX_BYTES - Colocation.SUFFIX_BYTES;
    String key = "ä" + "x".repeat(longest - 2);

    assertThat(LARGEST.vbucketOf(key + LARGEST.suffix(key, 700))).isEqualTo(700);
    assertThatThrownBy(() -> LARGEST.suffix(key + 'x', 700))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bytes=247, max=246");
  }

  @Example
  void refusesVbucketsThatThereAreNot() {
    assertThatThrownBy(() -> new Colocation(0)).hasMessageContaining("vbuckets=0");
    assertThatThrownBy(() -> new Colocation(1025)).hasMessageContaining("vbuckets=1025");
    assertThatThrownBy(() -> LARGEST.suffix("a", 1024)).hasMessageContaining("vbucket=1024");
    assertThatThrownBy(() -> LARGEST.suffix("a", -1)).hasMessageContaining("vbucket=-1");
  }
}
