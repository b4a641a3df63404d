package io.channelindex.storage.layout;

/** Owners' epochs, which are unsigned. */
final class Epochs {
  private Epochs() {}

  static long later(long one, long other) {
    return Long.compareUnsigned(one, other) >= 0 ? one : other;
  }
}
