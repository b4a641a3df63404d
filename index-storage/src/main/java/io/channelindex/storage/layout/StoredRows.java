package io.channelindex.storage.layout;

import io.channelindex.storage.Entry;
import io.channelindex.storage.format.ColumnBlock;
import io.channelindex.storage.format.DenseBlock;
import io.channelindex.storage.format.DocumentFormat;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.EntrySink;
import io.channelindex.storage.format.LogFrames;
import io.channelindex.storage.format.Revisions;
import java.util.List;
import java.util.Objects;

/** Blocks of layouts dense, hybrid and log, whether the writer or compaction wrote them. */
final class StoredRows {
  private StoredRows() {}

  /** Reads a block that compaction wrote, or else rows. */
  static long decodeRows(
      BlockPlace place,
      StoredBlock block,
      Revisions revisions,
      EntryFilter filter,
      EntrySink sink) {
    return isCompacted(block)
        ? decodeColumns(place, block, revisions, filter, sink)
        : DenseBlock.decode(
            block.key(),
            place.channel(),
            block.document(),
            place.coding().compressions(),
            revisions,
            filter,
            sink);
  }

  /** Reads a block that compaction wrote, or else frames. */
  static long decodeFrames(
      BlockPlace place, StoredBlock block, EntryFilter filter, EntrySink sink) {
    return isCompacted(block)
        ? decodeColumns(place, block, Revisions.ALL, filter, sink)
        : LogFrames.decode(
            block.key(),
            place.channel(),
            block.document(),
            place.coding().compressions(),
            filter,
            sink);
  }

  private static long decodeColumns(
      BlockPlace place,
      StoredBlock block,
      Revisions revisions,
      EntryFilter filter,
      EntrySink sink) {
    return ColumnBlock.decode(
        block.key(),
        place.channel(),
        block.document(),
        place.coding().compressions(),
        revisions,
        filter,
        sink);
  }

  private static boolean isCompacted(StoredBlock block) {
    return DocumentFormat.COLUMN_BLOCK.isOf(block.document());
  }

  /** As compaction writes them. */
  static byte[] columns(BlockPlace place, List<Entry> entries, Revisions revisions) {
    return ColumnBlock.encode(
        place.channel(), place.epoch(), entries, revisions, place.coding().compressor());
  }

  /** Takes entries of blocks that have all revisions. */
  static EntrySink into(List<Entry> entries) {
    return (documentId, revision, vbucket, seqno, vbuuid, state) ->
        entries.add(
            new Entry(documentId, Objects.requireNonNull(revision), vbucket, seqno, vbuuid, state));
  }
}
