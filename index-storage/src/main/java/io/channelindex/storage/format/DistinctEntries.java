package io.channelindex.storage.format;

import io.channelindex.storage.EntryState;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passes on the first entry of each identity, (vbucket, seqno, vbuuid, document id), and drops the
 * others: a frame may have been appended twice, and a batch written again.
 *
 * <p>Confined to one thread.
 */
public final class DistinctEntries implements EntrySink {
  private final EntrySink sink;
  private final Set<Identity> seen = new HashSet<>();

  private record Identity(int vbucket, long seqno, long vbuuid, String documentId) {}

  /** Passes entries on to a sink. */
  public DistinctEntries(EntrySink sink) {
    this.sink = sink;
  }

  @Override
  public void entry(
      String documentId,
      @Nullable String revision,
      int vbucket,
      long seqno,
      long vbuuid,
      EntryState state) {
    if (seen.add(new Identity(vbucket, seqno, vbuuid, documentId))) {
      sink.entry(documentId, revision, vbucket, seqno, vbuuid, state);
    }
  }
}
