package io.channelindex.sequence;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Some of the vbuckets of a bucket, as a bitmap: 16 words for 1,024 vbuckets, one for 64.
 *
 * <p>Immutable. Only sets of the same number of vbuckets can be combined.
 */
public final class VbucketSet {
  private final int vbuckets;
  // Bit v % 64 of word v / 64 is vbucket v; what is behind the last one is 0.
  private final long[] words;

  /** Takes the words over: they must not change any more. */
  VbucketSet(int vbuckets, long[] words) {
    this.vbuckets = vbuckets;
    this.words = words;
  }

  /**
   * A set of the vbuckets given.
   *
   * @param vbuckets how many there are, 1 … 1024
   * @param members those of the set, in any order
   */
  public static VbucketSet of(int vbuckets, int... members) {
    long[] words = new long[wordsOf(Vbuckets.requireCount(vbuckets))];
    for (int member : members) {
      if (member < 0 || member >= vbuckets) {
        throw new IllegalArgumentException(
            "no such vbucket: vbucket=" + member + ", vbuckets=" + vbuckets);
      }
      words[member / Long.SIZE] |= 1L << member;
    }
    return new VbucketSet(vbuckets, words);
  }

  /** All vbuckets of a bucket of 1 … 1024. */
  public static VbucketSet all(int vbuckets) {
    long[] words = new long[wordsOf(Vbuckets.requireCount(vbuckets))];
    Arrays.fill(words, -1L);
    words[words.length - 1] >>>= -vbuckets;
    return new VbucketSet(vbuckets, words);
  }

  static int wordsOf(int vbuckets) {
    return (vbuckets + Long.SIZE - 1) / Long.SIZE;
  }

  /** The number of vbuckets of the bucket, 1 … 1024. */
  public int vbuckets() {
    return vbuckets;
  }

  /** How many of them are in the set. */
  public int size() {
    int size = 0;
    for (long word : words) {
      size += Long.bitCount(word);
    }
    return size;
  }

  /** Whether none is in the set. */
  public boolean isEmpty() {
    for (long word : words) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether a vbucket is in the set; false for what is no vbucket. */
  public boolean contains(int vbucket) {
    return vbucket >= 0 && vbucket < vbuckets && (words[vbucket / Long.SIZE] >>> vbucket & 1) != 0;
  }

  /**
   * The first vbucket of the set that is not below {@code from}; -1 if there is none.
   *
   * @param from at least 0
   */
  public int next(int from) {
    int index = from / Long.SIZE;
    if (index >= words.length) {
      return -1;
    }
    long word = words[index] & -1L << from;
    while (word == 0) {
      if (++index == words.length) {
        return -1;
      }
      word = words[index];
    }
    return index * Long.SIZE + Long.numberOfTrailingZeros(word);
  }

  /** Hands the vbuckets of the set over, in ascending order. */
  public void forEach(IntConsumer vbucket) {
    for (int index = 0; index < words.length; index++) {
      for (long word = words[index]; word != 0; word &= word - 1) {
        vbucket.accept(index * Long.SIZE + Long.numberOfTrailingZeros(word));
      }
    }
  }

  /** The vbuckets that are in this set, in the other, or in both. */
  public VbucketSet union(VbucketSet other) {
    long[] union = requireSameShape(other).words.clone();
    for (int i = 0; i < union.length; i++) {
      union[i] |= words[i];
    }
    return new VbucketSet(vbuckets, union);
  }

  /** The vbuckets that are in both sets. */
  public VbucketSet intersection(VbucketSet other) {
    long[] both = requireSameShape(other).words.clone();
    for (int i = 0; i < both.length; i++) {
      both[i] &= words[i];
    }
    return new VbucketSet(vbuckets, both);
  }

  /** The numbers of the vbuckets in the set; 0 for all others. */
  long[] keep(long[] numbers) {
    long[] kept = new long[vbuckets];
    for (int index = 0; index < words.length; index++) {
      int from = index * Long.SIZE;
      if (words[index] == -1L) {
        System.arraycopy(numbers, from, kept, from, Long.SIZE);
      } else {
        for (long word = words[index]; word != 0; word &= word - 1) {
          int vbucket = from + Long.numberOfTrailingZeros(word);
          kept[vbucket] = numbers[vbucket];
        }
      }
    }
    return kept;
  }

  private VbucketSet requireSameShape(VbucketSet other) {
    if (other.vbuckets != vbuckets) {
      throw new IllegalArgumentException(
          "sets of different shape: vbuckets=" + vbuckets + ", other=" + other.vbuckets);
    }
    return other;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VbucketSet set
        && set.vbuckets == vbuckets
        && Arrays.equals(words, set.words);
  }

  @Override
  public int hashCode() {
    return 31 * vbuckets + Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("vbuckets[of=").append(vbuckets);
    forEach(vbucket -> text.append(", ").append(vbucket));
    return text.append(']').toString();
  }
}
