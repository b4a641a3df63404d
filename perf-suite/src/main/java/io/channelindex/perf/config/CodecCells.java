package io.channelindex.perf.config;

/** Of which clock codecs the speed is measured, on which distributions. */
public enum CodecCells {
  /** Two: whether it works. */
  FEW,
  /** Every codec on one distribution, and some on one of each other kind. */
  CHOSEN,
  /** Every codec on every distribution. */
  ALL
}
