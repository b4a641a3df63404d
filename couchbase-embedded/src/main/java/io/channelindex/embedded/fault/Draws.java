package io.channelindex.embedded.fault;

/**
 * Chance as a function: the same seed, rule, place and match always give the same number. Each
 * input goes through the finalizer of SplitMix64, so that neighbours have nothing in common.
 */
final class Draws {
  private static final long GOLDEN_GAMMA = 0x9E37_79B9_7F4A_7C15L;
  private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
  private static final long FNV_PRIME = 0x0000_0100_0000_01B3L;

  private Draws() {}

  /** A number from 0 to below 1. */
  static double draw(long seed, String rule, Place place, long match) {
    long state = mix(seed);
    state = mix(state ^ hash(rule));
    state = mix(state ^ hash(place.bucket()));
    state = mix(state ^ place.id());
    state = mix(state ^ match);
    return (state >>> 11) * 0x1.0p-53;
  }

  private static long mix(long value) {
    long z = value + GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
    return z ^ (z >>> 31);
  }

  private static long hash(String text) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return hash;
  }
}
