package io.channelindex.embedded.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares what everybody has in the end. */
final class Convergence {
  private Convergence() {}

  /**
   * What a consumer has otherwise than one that has only just begun: keys, bodies, seqnos,
   * revisions, CAS values and deletions.
   *
   * @return what is wrong, for people; empty if nothing is
   */
  static List<String> differences(Follower consumer, Follower latest) {
    return differences(consumer.name(), consumer.documents(), latest.documents());
  }

  static List<String> differences(
      String consumer,
      Map<String, ConsumedVBucket.Document> documents,
      Map<String, ConsumedVBucket.Document> expected) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> keys = new TreeSet<>(documents.keySet());
    keys.addAll(expected.keySet());
    for (String key : keys) {
      if (!Objects.equals(documents.get(key), expected.get(key))) {
        differences.add(
            consumer + " has " + documents.get(key) + " instead of " + expected.get(key));
      }
    }
    return differences;
  }

  /**
   * What a client read last otherwise than consumers were told.
   *
   * @param operations of one document
   * @param document as consumers have it, or null
   */
  static List<String> differences(
      List<Operation> operations, ConsumedVBucket.@Nullable Document document) {
    Operation last = operations.get(operations.size() - 1);
    boolean equal = false;
    if (last.outcome() instanceof Outcome.Read read) {
      equal =
          document != null
              && read.version().value().equals(document.value())
              && read.version().cas() == document.cas();
    } else if (last.outcome() == Outcome.Refused.MISSING) {
      equal = document == null || document.value() == null;
    }
    return equal ? List.of() : List.of("consumers have " + document + ", clients " + last);
  }
}
