package io.channelindex.storage;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Suffixes that put keys into chosen vbuckets (feature W6).
 *
 * <p>The data service and its clients take bits 16 to 30 of a key's CRC-32, a number of 15 bits,
 * and from that the remainder by the number of vbuckets (java-client, {@code KeyValueLocator}); a
 * collection plays no part. CRC-32 is affine over GF(2): flipping a bit at some distance from the
 * end flips the same bits of every key's checksum. Here the last three characters have five free
 * bits each, together as many as the hash:
 *
 * <pre>
 *   letter   0 1 0 0 1 0 0 0    'H', and as the free bits choose:
 *            . . x . . . . .    upper or lower case
 *            . . . y y . . .    both or none: H to O, or P to W
 *            . . . . . z z z    which of the eight
 * </pre>
 *
 * The 15 × 15 matrix from these bits to the hash can be inverted, and the inverse is what is kept,
 * five columns at a time. A suffix is then one checksum of the key with {@code HHH} behind it, the
 * bits in which its hash differs from the one wanted, and three look-ups: no search, and nothing
 * kept per key.
 *
 * <p>The hash that is wanted is the vbucket's number itself, all 15 bits of it. A suffix hence does
 * not depend on the number of vbuckets: a key made for vbucket 700 of 1,024 is in 700 mod 64 if its
 * bucket is restored to one of 64. Servers make buckets of powers of two only, where the remainder
 * is the low bits, on which all clients agree. For any other number this class takes the remainder,
 * as those in C and Go do; the java-client would mask with {@code vbuckets - 1} even then, and
 * leave vbuckets unused.
 *
 * <p>Immutable, thread-safe.
 */
public final class Colocation {
  /** How many bytes, and characters, every suffix has. */
  public static final int SUFFIX_BYTES = 3;

  /** The most vbuckets of a bucket. */
  static final int MAX_VBUCKETS = 1024;

  private static final int HASH_BITS = 15;
  private static final int HASH_MASK = (1 << HASH_BITS) - 1;
  private static final int LETTER_BITS = 5;
  private static final int CHOICES = 1 << LETTER_BITS;
  private static final byte[] LETTERS = letters();
  private static final String NO_BITS = "HHH";

  /** The free bits that flip any five bits in a row of the hash and no other: 32 for each row. */
  private static final int[] FLIPPING = flipping(invert());

  private final int vbuckets;

  /**
   * Of a bucket with so many vbuckets.
   *
   * @param vbuckets 1 … 1,024
   */
  public Colocation(int vbuckets) {
    if (vbuckets < 1 || vbuckets > MAX_VBUCKETS) {
      throw new IllegalArgumentException(
          "vbuckets out of range: vbuckets=" + vbuckets + ", min=1, max=" + MAX_VBUCKETS);
    }
    this.vbuckets = vbuckets;
  }

  /**
   * The suffix with which a key falls into a vbucket: three ASCII letters.
   *
   * @param keyWithoutSuffix at most {@link IndexKeys#MAX_BYTES} - {@link #SUFFIX_BYTES} bytes in
   *     UTF-8
   * @param vbucket 0 … {@code vbuckets - 1}
   * @throws IllegalArgumentException if there is no such vbucket, or the key would be too long
   */
  public String suffix(String keyWithoutSuffix, int vbucket) {
    byte[] key = solve(keyWithoutSuffix, vbucket);
    return new String(key, key.length - SUFFIX_BYTES, SUFFIX_BYTES, StandardCharsets.ISO_8859_1);
  }

  /** A key with its suffix, for what {@link #suffix} says. */
  String place(String keyWithoutSuffix, int vbucket) {
    return new String(solve(keyWithoutSuffix, vbucket), StandardCharsets.UTF_8);
  }

  /** The vbucket of a key, whatever made it. */
  public int vbucketOf(String key) {
    return hash(key.getBytes(StandardCharsets.UTF_8)) % vbuckets;
  }

  private byte[] solve(String keyWithoutSuffix, int vbucket) {
    if (vbucket < 0 || vbucket >= vbuckets) {
      throw new IllegalArgumentException(
          "no such vbucket: vbucket=" + vbucket + ", vbuckets=" + vbuckets);
    }
    byte[] key = keyWithoutSuffix.concat(NO_BITS).getBytes(StandardCharsets.UTF_8);
    if (key.length > IndexKeys.MAX_BYTES) {
      throw new IllegalArgumentException(
          "key too long with a suffix: bytes=" + key.length + ", max=" + IndexKeys.MAX_BYTES);
    }
    int wrong = hash(key) ^ vbucket;
    int bits = 0;
    for (int group = 0; group < SUFFIX_BYTES; group++) {
      bits ^= FLIPPING[group * CHOICES + (wrong >>> (group * LETTER_BITS)) % CHOICES];
    }
    putSuffix(bits, key);
    return key;
  }

  private static int hash(byte[] key) {
    CRC32 crc = new CRC32();
    crc.update(key, 0, key.length);
    return (int) (crc.getValue() >>> 16) & HASH_MASK;
  }

  /** The letter of each of the 32 choices. */
  private static byte[] letters() {
    byte[] letters = new byte[CHOICES];
    for (int choice = 0; choice < letters.length; choice++) {
      int eighth = choice & 7;
      int half = (choice & 8) == 0 ? 0 : 0x18;
      int lowerCase = (choice & 16) == 0 ? 0 : 0x20;
      letters[choice] = (byte) ('H' ^ eighth ^ half ^ lowerCase);
    }
    return letters;
  }

  private static void putSuffix(int bits, byte[] key) {
    for (int i = 0; i < SUFFIX_BYTES; i++) {
      key[key.length - SUFFIX_BYTES + i] = LETTERS[(bits >>> (i * LETTER_BITS)) % CHOICES];
    }
  }

  private static int[] flipping(int[] inverse) {
    int[] flipping = new int[SUFFIX_BYTES * CHOICES];
    for (int at = 0; at < flipping.length; at++) {
      for (int bit = 0; bit < LETTER_BITS; bit++) {
        if ((at >>> bit & 1) != 0) {
          flipping[at] ^= inverse[at / CHOICES * LETTER_BITS + bit];
        }
      }
    }
    return flipping;
  }

  /**
   * Per bit of the hash, the free bits that flip it and no other: by Gauss and Jordan's
   * elimination. What a free bit flips is the same whatever the key.
   */
  private static int[] invert() {
    int[] flipped = new int[HASH_BITS];
    int[] by = new int[HASH_BITS];
    byte[] key = NO_BITS.getBytes(StandardCharsets.US_ASCII);
    int unflipped = hash(key);
    for (int bit = 0; bit < HASH_BITS; bit++) {
      by[bit] = 1 << bit;
      putSuffix(by[bit], key);
      flipped[bit] = hash(key) ^ unflipped;
    }
    for (int bit = 0; bit < HASH_BITS; bit++) {
      swap(flipped, by, bit, pivot(flipped, bit));
      for (int other = 0; other < HASH_BITS; other++) {
        if (other != bit && (flipped[other] >>> bit & 1) != 0) {
          flipped[other] ^= flipped[bit];
          by[other] ^= by[bit];
        }
      }
    }
    return by;
  }

  private static int pivot(int[] flipped, int bit) {
    for (int row = bit; row < HASH_BITS; row++) {
      if ((flipped[row] >>> bit & 1) != 0) {
        return row;
      }
    }
    throw new IllegalStateException("letters do not reach every hash: bit=" + bit);
  }

  private static void swap(int[] flipped, int[] by, int one, int other) {
    int keptFlipped = flipped[one];
    flipped[one] = flipped[other];
    flipped[other] = keptFlipped;
    int keptBy = by[one];
    by[one] = by[other];
    by[other] = keptBy;
  }
}
