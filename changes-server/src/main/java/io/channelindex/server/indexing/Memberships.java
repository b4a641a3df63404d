package io.channelindex.server.indexing;

import io.channelindex.index.write.IndexedChange;
import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.server.documents.DocumentMetadata;
import io.channelindex.server.documents.DocumentMetadata.Leaving;
import io.channelindex.server.documents.DocumentMetadata.Life;
import io.channelindex.server.documents.PrincipalChange;
import io.channelindex.storage.EntryState;
import java.util.ArrayList;
import java.util.List;

/**
 * What a document's metadata say to channels.
 *
 * <p>Channels that it is in, and {@code *}, have it at the change's own seqno; channels that it
 * left have it at the seqno of the leaving: deleted if it left by a deletion, removed otherwise. So
 * a leaving is the same entry in whichever later state of the document it is found.
 */
final class Memberships {
  private static final String EVERYTHING = "*";

  private Memberships() {}

  /**
   * The change as the index sees it.
   *
   * @param metadata without pending leavings
   */
  static IndexedChange of(String id, int vbucket, long seqno, DocumentMetadata metadata) {
    String revision = metadata.revision().toString();
    EntryState state = metadata.isDeleted() ? EntryState.DELETED : EntryState.ACTIVE;
    Membership everything = new Membership(EVERYTHING, seqno, revision, state);
    if (metadata.channels().size() == 1 && metadata.leavings().isEmpty()) {
      String channel = metadata.channels().iterator().next();
      Membership only = new Membership(channel, seqno, revision, EntryState.ACTIVE);
      return new IndexedChange(id, vbucket, seqno, List.of(everything, only));
    }
    List<Membership> memberships =
        new ArrayList<>(1 + metadata.channels().size() + metadata.leavings().size());
    memberships.add(everything);
    for (String channel : metadata.channels()) {
      memberships.add(new Membership(channel, seqno, revision, EntryState.ACTIVE));
    }
    metadata
        .leavings()
        .forEach((channel, leaving) -> memberships.add(membership(channel, leaving)));
    return new IndexedChange(id, vbucket, seqno, memberships);
  }

  /** A principal's change: it concerns everything, and the channel of those who depend on it. */
  static IndexedChange of(int vbucket, PrincipalChange change) {
    EntryState state = change.deleted() ? EntryState.DELETED : EntryState.ACTIVE;
    List<Membership> memberships =
        List.of(
            new Membership(EVERYTHING, change.seqno(), change.revision(), state),
            new Membership(change.name().channel(), change.seqno(), change.revision(), state));
    return new IndexedChange(change.name().key(), vbucket, change.seqno(), memberships);
  }

  private static Membership membership(String channel, Leaving leaving) {
    return new Membership(
        channel,
        leaving.seqno(),
        leaving.revision().toString(),
        leaving.life() == Life.DELETED ? EntryState.DELETED : EntryState.REMOVED);
  }
}
