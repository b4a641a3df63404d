package io.channelindex.index.read;

/** Something that a {@link ChannelCache} keeps. */
interface Cached {
  /** How much memory it takes, in bytes, about; at least 1. */
  long bytes();
}
