package io.channelindex.embedded.chaos;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Checks by their tokens that writes are where they were promised to be: no branch of the history
 * began before a write that was acknowledged with a durability that such a loss leaves alone, every
 * branch has a cause, and no two writes have the same place.
 */
final class Promises {
  private final Map<Integer, Branches> branches;
  private final List<String> violations = new ArrayList<>();

  private Promises(Map<Integer, Branches> branches) {
    this.branches = branches;
  }

  /**
   * Finds broken promises.
   *
   * @param operations of all documents
   * @param branches of all vbuckets
   * @return what is wrong, for people; empty if nothing is
   */
  static List<String> check(List<Operation> operations, Map<Integer, Branches> branches) {
    Promises promises = new Promises(branches);
    promises.requireCauses();
    operations.forEach(promises::requireKept);
    promises.requirePlaces(operations);
    return promises.violations;
  }

  private void requireCauses() {
    branches.forEach(
        (vbucket, history) ->
            history.branches().stream()
                .skip(1)
                .filter(branch -> branch.cause() == Branches.Cause.BEGINNING)
                .forEach(
                    branch -> violations.add("without cause: vbucket=" + vbucket + ", " + branch)));
  }

  private void requireKept(Operation operation) {
    if (!(operation.outcome() instanceof Outcome.Written written)) {
      return;
    }
    Token token = written.token();
    Branches history = branches.get(token.vbucket());
    int named = history == null ? -1 : history.indexOf(token.vbuuid());
    if (history == null || named < 0) {
      violations.add("on a branch that never was: " + operation);
      return;
    }
    DurabilityLevel level = operation.request().durability();
    OptionalInt lostOn = firstLoss(history, named, token.seqno());
    if (lostOn.isPresent() && history.get(lostOn.getAsInt()).cause().keeps(level)) {
      violations.add("lost by " + history.get(lostOn.getAsInt()) + ": " + operation);
    }
  }

  /** The first branch after {@code named} that began before {@code seqno}. */
  private static OptionalInt firstLoss(Branches history, int named, long seqno) {
    for (int branch = named + 1; branch < history.count(); branch++) {
      if (history.get(branch).cut() < seqno) {
        return OptionalInt.of(branch);
      }
    }
    return OptionalInt.empty();
  }

  private void requirePlaces(List<Operation> operations) {
    Map<Token, Operation> places = new HashMap<>();
    for (Operation operation : operations) {
      if (operation.outcome() instanceof Outcome.Written written) {
        Operation other = places.put(written.token(), operation);
        if (other != null) {
          violations.add("two writes at one place: " + other + ", " + operation);
        }
      }
    }
  }
}
