package io.channelindex.storage.layout;

import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.format.ChannelHead;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What stands beside the blocks and may be gone: compaction of the channel of all documents removes
 * it when something newer is readable in every channel that the document was in, and the head of
 * that channel says up to which seqnos ({@link ChannelHead#pruned}).
 */
final class Pruned {
  /** The channel that every document is in. */
  static final String EVERYTHING = "*";

  private Pruned() {}

  /**
   * Something that an entry of a block needs and that is not there.
   *
   * @param message what is to be said if it should be
   */
  record Missing(int vbucket, long seqno, String message) {}

  /**
   * Completes if all that is missing may be; the head is read after it was missed.
   *
   * @return fails with an {@link IndexStorageException} otherwise
   */
  static CompletionStage<Void> require(
      List<Missing> missing, BlockPlace place, DocumentReads documents) {
    String key = place.keys().head(EVERYTHING, place.partition());
    return documents
        .getAll(List.of(key))
        .thenAccept(
            answers -> {
              List<Long> pruned =
                  answers
                      .get(0)
                      .map(head -> ChannelHead.decode(key, EVERYTHING, head.value()).pruned())
                      .orElse(List.of());
              for (Missing one : missing) {
                int index = one.vbucket() - place.firstVbucket();
                if (index >= pruned.size()
                    || Long.compareUnsigned(one.seqno(), pruned.get(index)) > 0) {
                  throw new IndexStorageException(one.message());
                }
              }
            });
  }
}
