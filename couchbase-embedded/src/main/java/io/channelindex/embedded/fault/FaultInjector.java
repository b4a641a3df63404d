package io.channelindex.embedded.fault;

import io.channelindex.embedded.engine.Bucket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the services of a node ask whether something is to go wrong. Thread-safe.
 *
 * <p>Without a plan that is one read of a field: {@link #isActive()}.
 */
public final class FaultInjector {
  /** How many of the newest faults are remembered. */
  static final int REMEMBERED = 100_000;

  private final @Nullable PausableClock clock;
  private volatile @Nullable ActivePlan active;

  /**
   * An injector without a plan.
   *
   * @param clock what plans move, or null if the node's clock cannot be moved
   */
  public FaultInjector(@Nullable PausableClock clock) {
    this.clock = clock;
  }

  /** A plan at work and what it has done; guarded by itself, but for the rules. */
  static final class ActivePlan {
    private final FaultPlan plan;
    private final List<ActiveRule> rules;
    private final Deque<InjectedFault> injected = new ArrayDeque<>();
    private final Map<String, Long> fired = new HashMap<>();

    ActivePlan(FaultPlan plan) {
      this.plan = plan;
      this.rules = plan.rules().stream().map(rule -> new ActiveRule(rule, plan.seed())).toList();
      plan.rules().forEach(rule -> fired.put(rule.name(), 0L));
    }

    FaultPlan plan() {
      return plan;
    }

    private synchronized void record(InjectedFault fault) {
      if (injected.size() == REMEMBERED) {
        injected.removeFirst();
      }
      injected.addLast(fault);
      fired.merge(fault.rule(), 1L, Long::sum);
      notifyAll();
    }

    synchronized List<InjectedFault> injected() {
      return List.copyOf(injected);
    }

    /**
     * How often a rule has fired.
     *
     * @throws IllegalArgumentException if there is no such rule
     */
    synchronized long fired(String rule) {
      Long count = fired.get(rule);
      if (count == null) {
        throw new IllegalArgumentException("no such rule=" + rule + ", rules=" + fired.keySet());
      }
      return count;
    }
  }

  /** Whether there is a plan. */
  public boolean isActive() {
    return active != null;
  }

  /**
   * What is to happen to {@code subject}, which every rule that is asked counts; null: nothing out
   * of the ordinary. A jump of the clock has happened already.
   */
  public @Nullable FaultAction decide(FaultSubject subject) {
    ActivePlan current = active;
    if (current == null) {
      return null;
    }
    for (ActiveRule rule : current.rules) {
      if (rule.rule().conditions().hold(subject)) {
        long match = rule.draw(subject);
        if (match != ActiveRule.NO) {
          FaultAction action = rule.rule().action();
          if (action instanceof FaultAction.MoveClock move && clock != null) {
            clock.advance(move.by());
          }
          current.record(fault(rule.rule(), subject, match));
          return action;
        }
      }
    }
    return null;
  }

  private static InjectedFault fault(FaultRule rule, FaultSubject subject, long match) {
    Bucket bucket = subject.bucket();
    return new InjectedFault(
        rule.name(),
        rule.action(),
        subject.opcode(),
        bucket == null ? "" : bucket.name(),
        subject.vbucket(),
        subject.key(),
        subject.connection(),
        match);
  }

  /** How many of the last seqnos a bucket must be able to lose, for the plan's sake. */
  public long longestTail() {
    ActivePlan current = active;
    return current == null ? 0 : current.plan.longestTail().orElse(0);
  }

  @Nullable ActivePlan active() {
    return active;
  }

  void requireExecutable(FaultPlan plan) {
    if (clock == null && plan.movesClock()) {
      throw new IllegalArgumentException(
          "the plan moves the clock, and the node's clock is not a PausableClock");
    }
  }

  void activate(@Nullable FaultPlan plan) {
    active = plan == null ? null : new ActivePlan(plan);
  }
}
