package io.channelindex.index.write;

/** Why a channel is compacted (W9). */
public enum CompactionCause {
  /** Enough of its blocks are closed. */
  CLOSED_BLOCKS,
  /** A third of it may be superseded, and more than a block holds. */
  SUPERSEDED,
  /** It is at rest, and a third of it may be superseded. */
  AT_REST,
  /** Somebody asked for it. */
  ASKED
}
