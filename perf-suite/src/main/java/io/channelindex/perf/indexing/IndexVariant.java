package io.channelindex.perf.indexing;

import io.channelindex.index.IndexSettings;
import io.channelindex.index.write.WriterSettings;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.layout.Layouts;

/**
 * One way to arrange an index.
 *
 * @param layout the name of its layout
 * @param compression the name of what its blocks are compressed with
 */
public record IndexVariant(String layout, String compression) {
  IndexSettings settings(PartitionMap map) {
    return new IndexSettings(map, layout);
  }

  WriterSettings writer() {
    WriterSettings usual = WriterSettings.DEFAULT;
    return new WriterSettings(
        Layouts.named(layout),
        usual.blockBytes(),
        usual.batchChanges(),
        usual.linger(),
        usual.retryFor(),
        usual.probe());
  }

  @Override
  public String toString() {
    return layout + ", " + compression;
  }
}
