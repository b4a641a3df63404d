package io.channelindex.index.memory;

import io.channelindex.index.CommitListener;
import io.channelindex.storage.Entry;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.Touched;
import java.util.List;
import java.util.Map;

/** Puts rows into an index in memory without a stream that would bring them. */
public final class MemoryContent {
  private MemoryContent() {}

  /**
   * Makes the rows of a partition what is given.
   *
   * @param rows of each channel; all of them readable
   */
  public static void replace(
      MemoryIndex index, StableDocument document, Map<String, List<Entry>> rows) {
    MemoryPartition partition = index.partition(document.partition());
    String owner = partition.take(CommitListener.NONE).owner();
    partition.commit(
        owner,
        document.vbuckets(),
        Touched.ALL,
        null,
        changed -> {
          for (int i = 0; i < document.vbuckets().size(); i++) {
            int vbucket = document.firstVbucket() + i;
            changed.rows(vbucket).replace(buffer(index, vbucket, rows));
          }
        },
        CommitListener.NONE);
  }

  private static RowBuffer buffer(MemoryIndex index, int vbucket, Map<String, List<Entry>> rows) {
    RowBuffer buffer = new RowBuffer(index::name);
    rows.forEach(
        (channel, entries) ->
            entries.stream()
                .filter(entry -> entry.vbucket() == vbucket)
                .forEach(entry -> buffer.add(channel, entry)));
    buffer.sort();
    return buffer;
  }
}
