package io.channelindex.embedded.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * The search compared with histories that are right by construction, and with one that tries every
 * order and every selection of unanswered writes.
 */
class LinearizabilityModelTest {
  /** Of a few in a thousand the search says that it gave up, which is not wrong: none of these. */
  @Property(tries = 150, seed = "1")
  void whatIsRightIsFoundRight(@ForAll long seed) {
    SimulatedHistory history = SimulatedHistory.run(seed, 5, 1_200, 40, 8);

    assertThat(Linearizability.check(history.operations(), history.branches()))
        .as("operations=%d", history.operations().size())
        .isEqualTo(new Linearizability.Verdict.Linearizable());
    assertThat(Promises.check(history.operations(), Map.of(0, history.branches()))).isEmpty();
  }

  /** As long as those of a soak. */
  @Property(tries = 30, seed = "1")
  void whatIsRightIsFoundRightHoweverLong(@ForAll long seed) {
    SimulatedHistory history = SimulatedHistory.run(seed, 5, 8_000, 100, 6);

    assertThat(Linearizability.check(history.operations(), history.branches()))
        .as("operations=%d", history.operations().size())
        .isEqualTo(new Linearizability.Verdict.Linearizable());
  }

  @Property(tries = 1_500)
  void findsWhatTryingEverythingFinds(@ForAll long seed) {
    SimulatedHistory history = SimulatedHistory.run(seed, 3, 28, 10, 50);
    List<Operation> operations = tamper(history.operations(), new Random(seed));

    boolean possible = new Exhaustive(operations, history.branches()).isLinearizable();

    assertThat(Linearizability.check(operations, history.branches()))
        .as("possible=%s, operations=%s", possible, operations)
        .isInstanceOf(
            possible
                ? Linearizability.Verdict.Linearizable.class
                : Linearizability.Verdict.Violation.class);
  }

  /**
   * Gives an operation the answer of another one, in two of three histories. Not a token: two
   * writes with one are what {@link Promises} finds, and nothing that the search has to explain.
   */
  private static List<Operation> tamper(List<Operation> operations, Random random) {
    List<Operation> tampered = new ArrayList<>(operations);
    if (tampered.size() < 2 || random.nextInt(3) == 0) {
      return tampered;
    }
    int victim = random.nextInt(tampered.size());
    Operation operation = tampered.get(victim);
    for (Operation other : operations) {
      boolean alike = other.kind() == operation.kind();
      if (alike
          && !other.equals(operation)
          && other.isEvidence()
          && !(other.outcome() instanceof Outcome.Written)) {
        tampered.set(
            victim,
            new Operation(
                operation.client(),
                operation.request(),
                operation.invokedNanos(),
                operation.completedNanos(),
                other.outcome()));
        break;
      }
    }
    return tampered;
  }

  /** Depth first, without any thought. */
  private static final class Exhaustive {
    private final List<Operation> answered;
    private final List<Operation> unanswered;
    private final Branches branches;

    Exhaustive(List<Operation> operations, Branches branches) {
      this.answered = operations.stream().filter(Operation::isEvidence).toList();
      this.unanswered =
          operations.stream().filter(each -> each.isWrite() && !each.isEvidence()).toList();
      this.branches = branches;
    }

    boolean isLinearizable() {
      return search(Register.empty(), answered, unanswered);
    }

    private boolean search(Register register, List<Operation> left, List<Operation> guesses) {
      boolean lossLeft = register.branch() + 1 < branches.count();
      if (left.isEmpty() && !lossLeft) {
        return true;
      }
      long end = left.stream().mapToLong(Operation::completedNanos).min().orElse(Long.MAX_VALUE);
      if (lossLeft) {
        Branches.Branch next = branches.get(register.branch() + 1);
        if (next.notBeforeNanos() <= end) {
          for (Register after : register.afterLoss(branches)) {
            if (search(after, left, guesses)) {
              return true;
            }
          }
        }
        end = Math.min(end, next.notAfterNanos());
      }
      for (Operation operation : left) {
        Register after =
            operation.invokedNanos() <= end ? register.after(operation, branches) : null;
        if (after != null && search(after, without(left, operation), guesses)) {
          return true;
        }
      }
      for (Operation write : guesses) {
        Register after = write.invokedNanos() <= end ? register.afterGuess(write, branches) : null;
        if (after != null
            && search(
                new Register(after.branch(), after.newest(), 0), left, without(guesses, write))) {
          return true;
        }
      }
      return false;
    }

    private static List<Operation> without(List<Operation> operations, Operation one) {
      return operations.stream().filter(each -> !each.equals(one)).toList();
    }
  }
}
