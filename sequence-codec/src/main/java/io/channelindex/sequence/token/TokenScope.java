package io.channelindex.sequence.token;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.TreeSet;

/**
 * What a token's clocks are to be understood under.
 *
 * @param branches digest of the {@link io.channelindex.sequence.BranchVector} under which the
 *     clocks were read
 * @param channels digest of the channels that the feed shows, see {@link #channels}: 24 bits
 */
public record TokenScope(long branches, int channels) {
  /** Bits of the digest of channels. */
  static final int CHANNEL_BITS = 24;

  static final int CHANNEL_BYTES = CHANNEL_BITS / Byte.SIZE;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  // Occurs in no UTF-8: keeps {ab, c} apart from {a, bc}.
  private static final int END_OF_NAME = 0xff;

  /** Refuses a digest of more than 24 bits. */
  public TokenScope {
    if (channels >>> CHANNEL_BITS != 0) {
      throw new IllegalArgumentException("digest of channels out of range: channels=" + channels);
    }
  }

  /**
   * The digest of a set of channels, whatever their order: FNV-1a (Fowler, Noll, Vo) of the sorted
   * names, the high bits of SplitMix64's finalizer (Steele, Lea, Flood 2014) of it. Two sets share
   * one with a probability of 2^-24.
   */
  public static int channels(Collection<String> names) {
    long hash = FNV_OFFSET;
    for (String name : new TreeSet<>(names)) {
      for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
        hash = (hash ^ (octet & 0xff)) * FNV_PRIME;
      }
      hash = (hash ^ END_OF_NAME) * FNV_PRIME;
    }
    return (int) (mix(hash) >>> (Long.SIZE - CHANNEL_BITS));
  }

  /** The finalizer of SplitMix64. */
  static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
