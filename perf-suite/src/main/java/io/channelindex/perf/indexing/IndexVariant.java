package io.channelindex.perf.indexing;

import io.channelindex.index.IndexSettings;
import io.channelindex.index.write.WriterSettings;
import io.channelindex.sequence.PartitionMap;

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
    return WriterSettings.DEFAULT;
  }

  @Override
  public String toString() {
    return layout + ", " + compression;
  }
}
