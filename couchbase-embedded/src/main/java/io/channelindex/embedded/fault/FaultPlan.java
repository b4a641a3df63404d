package io.channelindex.embedded.fault;

import io.channelindex.embedded.engine.Loss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is to go wrong: a seed and rules. Immutable.
 *
 * <p>For each request and message the rules are asked in their order; the first one that fires
 * decides, and those behind it do not count it. {@link #toString()} writes a plan as JSON that
 * {@link #parse} reads back:
 *
 * <pre>{@code
 * {"seed": 7,
 *  "rules": [
 *   {"name": "busy", "on": "request", "opcodes": ["SET"], "keyGlob": "user:*",
 *    "probability": 0.1, "do": {"status": "ETMPFAIL"}},
 *   {"on": "message", "opcodes": ["DCP_MUTATION"], "vbuckets": [3], "from": 10, "times": 1,
 *    "do": {"disconnect": "BEFORE"}}]}
 * }</pre>
 *
 * <p>Every method of {@link FaultRule.Builder} is a field of that name; {@code collection} is
 * written {@code scope.collection}, opcodes and statuses are names or numbers, durations are like
 * {@code 250ms}, {@code 2s}, {@code -1h} or {@code PT0.25S}, a stall without end is {@code
 * "released"}. The actions are {@code status}, {@code delayExecution}, {@code delayAnswer}, {@code
 * dropRequest} and {@code dropAnswer} (both true), {@code disconnect} ({@code BEFORE}, {@code
 * AFTER}), {@code cutAfter} (bytes), {@code stallReading}, {@code stallWriting}, {@code crash}
 * ({@code "unpersisted"}, or an object with {@code seqnos} and {@code vbuckets}), {@code moveClock}
 * and {@code endStream}.
 */
public final class FaultPlan {
  private final long seed;
  private final List<FaultRule> rules;

  private FaultPlan(long seed, List<FaultRule> rules) {
    this.seed = seed;
    this.rules = rules;
  }

  /**
   * A plan of {@code rules} with seed 0. A rule without a name is called {@code rule-} and its
   * place, from 1.
   *
   * @throws IllegalArgumentException if two rules have the same name
   */
  public static FaultPlan of(FaultRule... rules) {
    return of(0, List.of(rules));
  }

  static FaultPlan of(long seed, List<FaultRule> rules) {
    List<FaultRule> named = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (FaultRule rule : rules) {
      String name = rule.name().isEmpty() ? "rule-" + (named.size() + 1) : rule.name();
      if (!names.add(name)) {
        throw new IllegalArgumentException("two rules have the same name=" + name);
      }
      named.add(rule.named(name));
    }
    return new FaultPlan(seed, List.copyOf(named));
  }

  /**
   * Reads a plan.
   *
   * @throws IllegalArgumentException if it is none; the message names what is wrong and where
   */
  public static FaultPlan parse(String json) {
    return PlanReader.read(json);
  }

  /**
   * Reads a plan from a file.
   *
   * @throws IllegalArgumentException if it is none; the message names what is wrong and where
   */
  public static FaultPlan read(Path file) throws IOException {
    String json = Files.readString(file);
    try {
      return parse(json);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  /** The same rules with another seed. */
  public FaultPlan withSeed(long value) {
    return new FaultPlan(value, rules);
  }

  public long seed() {
    return seed;
  }

  /** In the order in which they are asked; every one has a name. */
  public List<FaultRule> rules() {
    return rules;
  }

  /** The longest tail that a crash takes, if one takes a tail. */
  OptionalLong longestTail() {
    return rules.stream()
        .map(FaultRule::action)
        .filter(FaultAction.Crash.class::isInstance)
        .map(action -> ((FaultAction.Crash) action).loss())
        .filter(Loss.Tail.class::isInstance)
        .mapToLong(loss -> ((Loss.Tail) loss).seqnos())
        .max();
  }

  boolean movesClock() {
    return rules.stream().anyMatch(rule -> rule.action() instanceof FaultAction.MoveClock);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FaultPlan plan && plan.seed == seed && plan.rules.equals(rules);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(seed) + rules.hashCode();
  }

  /** The plan as JSON. */
  @Override
  public String toString() {
    return PlanWriter.write(this);
  }
}
