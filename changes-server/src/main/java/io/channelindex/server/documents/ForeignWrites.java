package io.channelindex.server.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentMetadata.Life;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What it means for a document that somebody wrote, deleted or let expire it who does not know the
 * metadata attribute. A function of what is stored: every node comes to the same conclusion.
 *
 * <p>Who writes over a tombstone without knowing the attribute makes the data service drop it, and
 * with it the channels that the document was in. They were told of the deletion, unless the stream
 * of changes left it out in favour of the write.
 */
final class ForeignWrites {
  private final ChannelRule rule;

  ForeignWrites(ChannelRule rule) {
    this.rule = rule;
  }

  /**
   * A body that the attribute, if there is one, knows nothing of.
   *
   * @param before the metadata before, null if there are none
   * @param revisionSeqno how often the document was written, all its lives
   */
  DocumentMetadata written(
      String id, @Nullable DocumentMetadata before, long revisionSeqno, byte[] body) {
    Optional<ObjectNode> document = DocumentJson.parseObject(body);
    byte[] content = document.map(CanonicalJson::of).orElse(body);
    JsonNode named = document.isPresent() ? document.get() : MissingNode.getInstance();
    Set<String> channels = rule.accept(id, named);
    return before == null
        ? DocumentMetadata.initial(
            Revision.root(revisionSeqno, Life.ALIVE, content), Life.ALIVE, channels)
        : before.next(before.revision().next(Life.ALIVE, content), Life.ALIVE, channels);
  }
}
