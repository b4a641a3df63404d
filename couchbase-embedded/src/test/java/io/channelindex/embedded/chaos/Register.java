package io.channelindex.embedded.chaos;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One document, as it would be if there were one client and one copy: what each operation answers,
 * and what is left of it when its vbucket loses history. The sequential specification that
 * histories are compared with. Immutable.
 *
 * @param branch which branch of the vbucket's history is being written
 * @param newest the document
 * @param guesses how many writes of unknown outcome were taken to be done last, without anything
 *     since that says so
 */
record Register(int branch, Lineage newest, int guesses) {
  static Register empty() {
    return new Register(0, Lineage.none(), 0);
  }

  /**
   * The document after {@code operation}, which was answered, at this moment.
   *
   * @return null if it cannot have been answered so at this moment
   */
  @Nullable Register after(Operation operation, Branches branches) {
    Outcome outcome = operation.outcome();
    if (outcome instanceof Outcome.Read read) {
      return seen(read.version());
    }
    if (outcome instanceof Outcome.Refused refused) {
      return refuses(operation.request(), refused) ? certain(newest) : null;
    }
    if (outcome instanceof Outcome.Written written) {
      return written(operation, written, branches);
    }
    throw new IllegalArgumentException("no evidence: operation=" + operation);
  }

  private @Nullable Register seen(Version version) {
    if (!version.value().equals(newest.value())) {
      return null;
    }
    if (newest.cas() == Lineage.UNKNOWN) {
      return certain(newest.withCas(version.cas()));
    }
    return newest.cas() == version.cas() ? certain(newest) : null;
  }

  private boolean refuses(Operation.Request request, Outcome.Refused refused) {
    return switch (refused) {
      case MISSING -> newest.value() == null;
      case EXISTS -> newest.value() != null;
      case CHANGED -> {
        Version expected = request.expected();
        yield newest.value() != null && expected != null && !isCertainly(expected);
      }
    };
  }

  private boolean isCertainly(Version expected) {
    return newest.cas() == expected.cas()
        || (newest.cas() == Lineage.UNKNOWN && expected.value().equals(newest.value()));
  }

  private @Nullable Register written(
      Operation operation, Outcome.Written written, Branches branches) {
    Token token = written.token();
    if (!isOnBranch(operation, token, branches)
        || token.seqno() <= newest.floor()
        || !accepts(operation.request())
        || (guesses > 0 && operation.kind() == Operation.Kind.UPSERT)) {
      return null;
    }
    String value = valueAfter(operation.request());
    if (written.value() != null && !written.value().equals(value)) {
      return null;
    }
    DurabilityLevel level = operation.request().durability();
    return certain(
        newest
            .then(value, written.cas(), token.seqno(), level)
            .rooted(branches.lowestCutAfter(branch)));
  }

  /** A token can name the branch before if that ended meanwhile. */
  private boolean isOnBranch(Operation operation, Token token, Branches branches) {
    int named = branches.indexOf(token.vbuuid());
    return named == branch
        || (named >= 0
            && named < branch
            && operation.invokedNanos() - branches.get(branch).notAfterNanos() < 0);
  }

  /**
   * The document after a write that was never answered and is taken to be done at this moment.
   *
   * @return null if it would be refused, and so changes nothing
   */
  @Nullable Register afterGuess(Operation operation, Branches branches) {
    Operation.Request request = operation.request();
    if (!accepts(request)) {
      return null;
    }
    Lineage next =
        newest
            .then(valueAfter(request), Lineage.UNKNOWN, Lineage.UNKNOWN, DurabilityLevel.NONE)
            .rooted(branches.lowestCutAfter(branch));
    return new Register(branch, next, guesses + 1);
  }

  private boolean accepts(Operation.Request request) {
    boolean present = newest.value() != null;
    return switch (request.kind()) {
      case UPSERT, INCREMENT -> true;
      case INSERT -> !present;
      case APPEND -> present;
      case REPLACE, REMOVE -> present && isAcceptable(request.expected());
      case GET -> throw new IllegalArgumentException("no write: request=" + request);
    };
  }

  private boolean isAcceptable(@Nullable Version expected) {
    return expected == null
        || (expected.value().equals(newest.value())
            && (newest.cas() == expected.cas() || newest.cas() == Lineage.UNKNOWN));
  }

  private @Nullable String valueAfter(Operation.Request request) {
    String value = newest.value();
    return switch (request.kind()) {
      case UPSERT, INSERT, REPLACE -> request.argument();
      case APPEND -> value + request.argument();
      case INCREMENT -> value == null ? "1" : String.valueOf(Long.parseLong(value) + 1);
      case REMOVE -> null;
      case GET -> throw new IllegalArgumentException("no write: request=" + request);
    };
  }

  /**
   * What the document may be after the next branch began.
   *
   * <p>A write that is only guessed can as well be done after that.
   */
  List<Register> afterLoss(Branches branches) {
    List<Register> left = new ArrayList<>();
    if (guesses == 0) {
      int next = branch + 1;
      for (Lineage lineage : newest.after(branches.get(next))) {
        left.add(new Register(next, lineage.rooted(branches.lowestCutAfter(next)), 0));
      }
    }
    return left;
  }

  private Register certain(Lineage lineage) {
    return new Register(branch, lineage, 0);
  }
}
