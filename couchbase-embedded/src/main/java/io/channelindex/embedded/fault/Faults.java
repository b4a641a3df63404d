package io.channelindex.embedded.fault;

import io.channelindex.embedded.cluster.ClusterNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The faults of a running node: which plan it follows, and what it did. Thread-safe.
 *
 * <pre>{@code
 * node.faults().install(FaultPlan.of(
 *     FaultRule.requests(Opcode.SET).key("a").times(1).name("lost").then(dropAnswer())));
 * ...
 * node.faults().await("lost", 1, Duration.ofSeconds(5));
 * node.faults().clear();
 * }</pre>
 */
public final class Faults {
  private final FaultInjector injector;
  private final ClusterNode node;
  private final Runnable release;

  /**
   * The faults of one node, which makes this itself.
   *
   * @param release ends what holds connections up
   */
  public Faults(FaultInjector injector, ClusterNode node, Runnable release) {
    this.injector = injector;
    this.node = node;
    this.release = release;
  }

  /**
   * Follows {@code plan} from now on instead of the one before; all counts begin anew. Connections
   * that are held up stay so.
   *
   * @throws IllegalArgumentException if the plan moves the clock, and the node was given one that
   *     is not a {@link PausableClock}
   */
  public synchronized void install(FaultPlan plan) {
    injector.requireExecutable(plan);
    keepTails(plan.longestTail().orElse(0));
    injector.activate(plan);
  }

  /** Follows no plan from now on, and releases what is held up. What was injected is forgotten. */
  public synchronized void clear() {
    injector.activate(null);
    keepTails(0);
    release();
  }

  private void keepTails(long seqnos) {
    node.buckets().forEach(bucket -> bucket.keepTail(seqnos));
  }

  /** The plan that the node follows. */
  public Optional<FaultPlan> plan() {
    return Optional.ofNullable(injector.active()).map(FaultInjector.ActivePlan::plan);
  }

  /**
   * What the plan has done since it was installed, oldest first; after {@value
   * FaultInjector#REMEMBERED} faults only the newest.
   */
  public List<InjectedFault> injected() {
    return Optional.ofNullable(injector.active())
        .map(FaultInjector.ActivePlan::injected)
        .orElse(List.of());
  }

  /**
   * How often a rule of the plan has fired.
   *
   * @throws IllegalArgumentException if there is no such rule
   */
  public long count(String rule) {
    return require().fired(rule);
  }

  /**
   * Waits until a rule of the present plan has fired so many times since it was installed.
   *
   * @throws IllegalArgumentException if there is no such rule
   * @throws IllegalStateException if that does not happen within {@code timeout}
   */
  public void await(String rule, long times, Duration timeout) throws InterruptedException {
    FaultInjector.ActivePlan plan = require();
    long deadline = System.nanoTime() + timeout.toNanos();
    synchronized (plan) {
      while (plan.fired(rule) < times) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new IllegalStateException(
              "rule="
                  + rule
                  + ", fired="
                  + plan.fired(rule)
                  + ", awaited="
                  + times
                  + ", timeout="
                  + timeout);
        }
        TimeUnit.NANOSECONDS.timedWait(plan, left);
      }
    }
  }

  private FaultInjector.ActivePlan require() {
    FaultInjector.ActivePlan plan = injector.active();
    if (plan == null) {
      throw new IllegalArgumentException("no plan is installed");
    }
    return plan;
  }

  /** Ends every delay and stall that is under way, and goes on with what waited. */
  public void release() {
    release.run();
  }
}
