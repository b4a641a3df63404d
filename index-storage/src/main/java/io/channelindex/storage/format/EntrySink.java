package io.channelindex.storage.format;

import io.channelindex.storage.EntryState;
import org.jspecify.annotations.Nullable;

/** Takes entries as they are read, so that nothing is made of those that nobody keeps. */
@FunctionalInterface
public interface EntrySink {
  /**
   * The next entry; the arguments are within the bounds of {@link io.channelindex.storage.Entry}.
   *
   * @param revision null where the block leaves it to another document
   * @param seqno unsigned
   */
  void entry(
      String documentId,
      @Nullable String revision,
      int vbucket,
      long seqno,
      long vbuuid,
      EntryState state);
}
