package io.channelindex.embedded.chaos;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the operations of one document, as its clients saw them, could have happened one
 * after the other, each at some moment between its invocation and its answer, with the losses of
 * history of its vbucket between them.
 *
 * <p>The search of Wing and Gong ("Testing and verifying concurrent objects", 1993), as Lowe does
 * it just in time ("Testing for linearizability", 2017): going through invocations and answers in
 * the order of time, it keeps all that the document can be now, together with which of the
 * operations under way would be done already; an answer is what makes it look further. Of two
 * possibilities that differ only in the unanswered writes they take to be done, the one that takes
 * fewer is kept: it can do all that the other can.
 *
 * <p>A write without an answer is done at any time after its invocation, or never. It matters only
 * if something shows it, therefore it is taken to be done directly before an operation whose answer
 * depends on the document; where it is overwritten unseen and comes back by a loss, it can as well
 * be done after that. Of several that ask for the same, the one that was asked first is taken
 * first. A search that tries as few such writes at a time as the next answer needs is quick and
 * overlooks orders; what it finds is one. Where it finds none, at first only one such write is
 * tried at a time, then more, and in the end, if nothing fits, without the assumption that one that
 * comes back can be done later.
 */
final class Linearizability {
  /** What was found out. */
  sealed interface Verdict {
    /** There is an order. */
    record Linearizable() implements Verdict {}

    /**
     * There is none.
     *
     * @param explanation the first operation whose answer fits nowhere, and what the document could
     *     have been
     */
    record Violation(String explanation) implements Verdict {}

    /**
     * It was given up.
     *
     * @param steps after so many
     * @param soFar what a less thorough search found
     */
    record Undecided(int steps, String soFar) implements Verdict {}
  }

  /** What can happen to the document, and is under way. */
  private sealed interface Step {}

  private record Answered(Operation operation) implements Step {}

  private record Lost(int branch) implements Step {}

  private record Event(long nanos, boolean isEnd, Step step) {}

  /**
   * What may be at a moment.
   *
   * @param register what the document can be
   * @param done what of what is under way is done then
   * @param guessed the unanswered writes that are taken to be done
   */
  private record Possibility(Register register, long done, BitSet guessed) {}

  private static final int MANY = Integer.MAX_VALUE;

  /** How thorough a search is. */
  private enum Effort {
    AS_NEEDED(0, 8, Memory.OUTLINES),
    ONE_GUESS(1, 1, Memory.OUTLINES),
    FEW_GUESSES(3, 3, Memory.OUTLINES),
    ALL_GUESSES(MANY, MANY, Memory.OUTLINES),
    ALL(MANY, MANY, Memory.LINEAGES);

    /** How many unanswered writes are tried at a time, and how many if nothing fits. */
    private final int guesses;

    private final int mostGuesses;
    private final Memory memory;

    Effort(int guesses, int mostGuesses, Memory memory) {
      this.guesses = guesses;
      this.mostGuesses = mostGuesses;
      this.memory = memory;
    }
  }

  /** What is taken to be the same. */
  private enum Memory {
    OUTLINES,
    LINEAGES
  }

  private record Outlined(int branch, int guesses, Lineage.Outline outline) {}

  private record Point(Object document, long done) {}

  private static final class GaveUp extends Exception {
    private static final long serialVersionUID = 1;
  }

  /** How much is looked at, in all and for one answer: a minute, and half a gigabyte. */
  private static final int MAX_STEPS = 20_000_000;

  private static final int MAX_STEPS_AT_ONCE = 500_000;
  private static final int COMPARISONS_OF_A_STEP = 64;
  private static final int MAX_UNDER_WAY = Long.SIZE;

  private final List<Event> events = new ArrayList<>();
  private final List<Operation> unanswered;

  /** Of each unanswered write the one before that asks for the same, or -1. */
  private final int[] alike;

  private final Branches branches;
  private final Effort effort;
  private final @Nullable Step[] underWay = new @Nullable Step[MAX_UNDER_WAY];
  private int steps;

  private Linearizability(List<Operation> operations, Branches branches, Effort effort) {
    this.branches = branches;
    this.effort = effort;
    for (Operation operation : operations) {
      if (operation.isEvidence()) {
        Step step = new Answered(operation);
        events.add(new Event(operation.invokedNanos(), false, step));
        events.add(new Event(operation.completedNanos(), true, step));
      }
    }
    for (int branch = 1; branch < branches.count(); branch++) {
      Step step = new Lost(branch);
      events.add(new Event(branches.get(branch).notBeforeNanos(), false, step));
      events.add(new Event(branches.get(branch).notAfterNanos(), true, step));
    }
    // What happens at the same time is taken to overlap.
    events.sort(
        (a, b) ->
            a.nanos() != b.nanos()
                ? (a.nanos() - b.nanos() < 0 ? -1 : 1)
                : Boolean.compare(a.isEnd(), b.isEnd()));
    unanswered =
        operations.stream()
            .filter(operation -> operation.isWrite() && !operation.isEvidence())
            .sorted(Comparator.comparingLong(Operation::invokedNanos))
            .toList();
    alike = new int[unanswered.size()];
    for (int i = 0; i < alike.length; i++) {
      alike[i] = i - 1;
      while (alike[i] >= 0 && !isAlike(unanswered.get(i), unanswered.get(alike[i]))) {
        alike[i]--;
      }
    }
  }

  /** Nothing can tell which of them was done: where the seqno is not known, no level matters. */
  private static boolean isAlike(Operation one, Operation other) {
    return one.request().withoutDurability().equals(other.request().withoutDurability());
  }

  /**
   * Searches for an order.
   *
   * @param operations of one document, in any order
   * @param branches of its vbucket
   */
  static Verdict check(List<Operation> operations, Branches branches) {
    String soFar = "";
    for (Effort effort : Effort.values()) {
      Verdict verdict = new Linearizability(operations, branches, effort).search(soFar);
      if (verdict instanceof Verdict.Linearizable || effort == Effort.ALL) {
        return verdict;
      }
      soFar = verdict.toString();
    }
    throw new IllegalStateException("no effort");
  }

  private Verdict search(String soFar) {
    Possibilities now = new Possibilities(effort.memory);
    now.add(new Possibility(Register.empty(), 0, new BitSet()));
    try {
      for (Event event : events) {
        if (!event.isEnd()) {
          begin(event.step());
          continue;
        }
        int guesses = effort.guesses;
        Possibilities next = complete(now, event, guesses);
        while (next.isEmpty() && guesses < effort.mostGuesses) {
          guesses++;
          next = complete(now, event, guesses);
        }
        if (next.isEmpty()) {
          return new Verdict.Violation(explain(event.step(), now));
        }
        underWay[slotOf(event.step())] = null;
        now = next;
      }
      return new Verdict.Linearizable();
    } catch (GaveUp e) {
      return new Verdict.Undecided(steps, soFar);
    }
  }

  private void begin(Step step) {
    for (int slot = 0; slot < MAX_UNDER_WAY; slot++) {
      if (underWay[slot] == null) {
        underWay[slot] = step;
        return;
      }
    }
    throw new IllegalArgumentException("too much at once: maximum=" + MAX_UNDER_WAY);
  }

  private int slotOf(Step step) {
    for (int slot = 0; slot < MAX_UNDER_WAY; slot++) {
      if (underWay[slot] == step) {
        return slot;
      }
    }
    throw new IllegalStateException("not under way: step=" + step);
  }

  /**
   * All that the document can be when the step of {@code end} is over.
   *
   * @param guesses how many unanswered writes are tried at a time
   */
  private Possibilities complete(Possibilities now, Event end, int guesses) throws GaveUp {
    int slot = slotOf(end.step());
    long bit = 1L << slot;
    Possibilities after = new Possibilities(effort.memory);
    Possibilities visited = new Possibilities(effort.memory);
    Deque<Possibility> open = new ArrayDeque<>();
    int before = steps;
    for (Possibility possibility : now.all()) {
      if ((possibility.done() & bit) != 0) {
        long done = possibility.done() & ~bit;
        after.add(new Possibility(possibility.register(), done, possibility.guessed()));
      } else if (visited.add(possibility)) {
        open.add(possibility);
      }
    }
    while (!open.isEmpty()) {
      Possibility from = open.poll();
      for (Register register : results(from.register(), end.step())) {
        after.add(new Possibility(register, from.done(), from.guessed()));
      }
      for (Possibility further : further(from, slot, end.nanos(), guesses)) {
        if (visited.add(further)) {
          open.add(further);
        }
      }
      steps += visited.takeComparisons() / COMPARISONS_OF_A_STEP;
      if (steps > MAX_STEPS || steps - before > MAX_STEPS_AT_ONCE) {
        throw new GaveUp();
      }
    }
    return after;
  }

  /** What else can be done before the step in {@code slot}. */
  private List<Possibility> further(Possibility from, int slot, long nanos, int guesses) {
    List<Possibility> further = new ArrayList<>();
    for (int other = 0; other < MAX_UNDER_WAY; other++) {
      Step step = underWay[other];
      if (step != null && other != slot && (from.done() & (1L << other)) == 0) {
        for (Register register : results(from.register(), step)) {
          further.add(new Possibility(register, from.done() | (1L << other), from.guessed()));
        }
      }
    }
    if (from.register().guesses() < guesses) {
      addGuesses(from, nanos, further);
    }
    steps += 1 + further.size();
    return further;
  }

  private void addGuesses(Possibility from, long nanos, List<Possibility> further) {
    for (int i = 0; i < unanswered.size(); i++) {
      Operation write = unanswered.get(i);
      if (write.invokedNanos() - nanos > 0) {
        return;
      }
      boolean isTurn = !from.guessed().get(i) && (alike[i] < 0 || from.guessed().get(alike[i]));
      Register register = isTurn ? from.register().afterGuess(write, branches) : null;
      if (register != null) {
        BitSet guessed = (BitSet) from.guessed().clone();
        guessed.set(i);
        further.add(new Possibility(register, from.done(), guessed));
      }
    }
  }

  private List<Register> results(Register register, Step step) {
    if (step instanceof Answered answered) {
      Register after = register.after(answered.operation(), branches);
      return after == null ? List.of() : List.of(after);
    }
    Lost lost = (Lost) step;
    return register.branch() + 1 == lost.branch() ? register.afterLoss(branches) : List.of();
  }

  private String explain(Step step, Possibilities before) {
    String what =
        step instanceof Answered answered
            ? answered.operation().toString()
            : "loss to " + branches.get(((Lost) step).branch());
    String states =
        before.all().stream()
            .map(
                possibility ->
                    possibility.register().newest()
                        + " on branch "
                        + possibility.register().branch())
            .distinct()
            .limit(10)
            .collect(Collectors.joining(", "));
    return what + " fits nowhere; before it the document was one of: " + states;
  }

  /** Possibilities of which none can do less than another one. */
  private static final class Possibilities {
    private final Memory memory;
    private final Map<Point, List<Possibility>> byPoint = new HashMap<>();
    private int comparisons;

    Possibilities(Memory memory) {
      this.memory = memory;
    }

    boolean isEmpty() {
      return byPoint.isEmpty();
    }

    List<Possibility> all() {
      return byPoint.values().stream().flatMap(List::stream).toList();
    }

    /** Returns whether it was added: there is none that takes as much or less to be done. */
    boolean add(Possibility added) {
      List<Possibility> alike = byPoint.computeIfAbsent(point(added), point -> new ArrayList<>(1));
      comparisons += 1 + alike.size();
      for (Possibility other : alike) {
        if (contains(added.guessed(), other.guessed())) {
          return false;
        }
      }
      alike.removeIf(other -> contains(other.guessed(), added.guessed()));
      alike.add(added);
      return true;
    }

    /** How much was compared since this was asked last. */
    int takeComparisons() {
      int taken = comparisons;
      comparisons = 0;
      return taken;
    }

    private Point point(Possibility possibility) {
      Register register = possibility.register();
      Object document =
          memory == Memory.LINEAGES
              ? register
              : new Outlined(register.branch(), register.guesses(), register.newest().outline());
      return new Point(document, possibility.done());
    }

    private static boolean contains(BitSet larger, BitSet smaller) {
      BitSet missing = (BitSet) smaller.clone();
      missing.andNot(larger);
      return missing.isEmpty();
    }
  }
}
