package io.channelindex.index.write;

/** Why a channel is compacted (W9). */
public enum CompactionCause {
  /** Enough of its blocks are closed. */
  CLOSED_BLOCKS,
  /** Its partition is at rest, and a third of it may be superseded. */
  AT_REST,
  /** Somebody asked for it. */
  ASKED
}
