package io.channelindex.sequence;

/** How one clock stands to another. */
public enum ClockOrder {
  /** All seqnos are the same. */
  EQUAL,
  /** Before the other in some vbuckets, after it in none. */
  BEFORE,
  /** After the other in some vbuckets, before it in none. */
  AFTER,
  /** Before the other in some vbuckets and after it in others. */
  CONCURRENT
}
