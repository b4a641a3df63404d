package io.channelindex.index.read;

import io.channelindex.storage.Entry;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Reads channels: from the index bucket, or from memory.
 *
 * <p>Thread-safe. What a slice's state says is readable is read, whatever becomes readable
 * meanwhile; of a document whose row was replaced since, the newer one may be left to whoever asks
 * with a later state.
 */
interface SliceReader {
  /** What has to be read for each of the slices. */
  CompletionStage<List<SlicePlan>> plan(List<Slice> slices);

  /**
   * The entries that each of the plans' slices wants, those of a vbucket in the order in which they
   * were indexed; and among them such as are {@linkplain Slice#isAbove above} what it wants, at
   * least those that replace one that it would want.
   *
   * @param plans of this reader
   */
  CompletionStage<List<List<Entry>>> read(List<SlicePlan> plans);
}
