package io.channelindex.embedded.chaos;

import static io.channelindex.embedded.fault.FaultAction.delayAnswer;
import static io.channelindex.embedded.fault.FaultAction.delayExecution;
import static io.channelindex.embedded.fault.FaultAction.disconnect;
import static io.channelindex.embedded.fault.FaultAction.disconnectAfter;
import static io.channelindex.embedded.fault.FaultAction.dropAnswer;
import static io.channelindex.embedded.fault.FaultAction.dropRequest;
import static io.channelindex.embedded.fault.FaultAction.endStream;
import static io.channelindex.embedded.fault.FaultAction.status;

import io.channelindex.embedded.ClientLink;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.EmbeddedNode;
import io.channelindex.embedded.cluster.NodeState;
import io.channelindex.embedded.dcp.StreamEndReason;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.FaultRule;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.channelindex.embedded.replication.Link;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Does to a cluster what a schedule says. Changes of the topology come one after the other, and
 * begin late if the one before takes its time; troubles come and go when they are due, during those
 * changes as well.
 *
 * <p>What can take history away (failovers and crashes) comes one at a time. A failover waits until
 * every replica has been where its active copy was after the last of them, a crash happens only to
 * a node whose disk has worked since: what a majority has is safe from the loss of one copy, not of
 * two. Where no replica is left, or too few nodes, a change is passed over.
 */
final class Chaos implements AutoCloseable {
  private static final int MIN_NODES = 3;
  private static final int MAX_NODES = 5;
  private static final Duration LOOK = Duration.ofMillis(5);
  private static final Duration LAG = Duration.ofMillis(50);
  private static final Duration RECOVERY = Duration.ofSeconds(3);
  private static final Duration END = Duration.ofSeconds(90);
  private static final Opcode[] DOCUMENTS = {
    Opcode.GET,
    Opcode.SET,
    Opcode.ADD,
    Opcode.REPLACE,
    Opcode.DELETE,
    Opcode.APPEND,
    Opcode.INCREMENT
  };

  private final EmbeddedCouchbase cluster;
  private final EmbeddedBucket bucket;
  private final BranchWatch watch;
  private final ScheduledExecutorService topology = thread("chaos-topology");
  private final ScheduledExecutorService troubles = thread("chaos-troubles");
  private final ScheduledExecutorService looking = thread("chaos-branches");
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final Queue<String> log = new ConcurrentLinkedQueue<>();
  private final long begunNanos = System.nanoTime();

  /** Held by who takes history away. */
  private final ReentrantLock losing = new ReentrantLock();

  /** Where the vbuckets were after history was taken away the last time. */
  private volatile List<BranchWatch.Position> afterLoss;

  private volatile boolean moving;

  /** Since when the disks stand still, of nodes whose disks do. Of one thread, the troubles'. */
  private final Map<EmbeddedNode, Long> stoppedDisks = new HashMap<>();

  private volatile long lostNanos = System.nanoTime();

  Chaos(EmbeddedCouchbase cluster, EmbeddedBucket bucket) {
    this.cluster = cluster;
    this.bucket = bucket;
    this.watch = new BranchWatch(bucket);
    this.afterLoss = watch.positions();
    var unused =
        looking.scheduleWithFixedDelay(
            guarded(watch::look), 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static ScheduledExecutorService thread(String name) {
    return Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, name));
  }

  private Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException | AssertionError e) {
        failures.add(e);
      }
    };
  }

  /** Has everything of {@code schedule} happen, from now on; does not wait for it. */
  void unleash(Schedule schedule) {
    for (Schedule.Step step : schedule.steps()) {
      boolean ordered = step.disturbance().kind() == Disturbance.Kind.TOPOLOGY;
      in(
          ordered ? topology : troubles,
          step.at(),
          () -> {
            note(step.disturbance() + " …");
            note(step.disturbance() + ": " + happen(step));
          });
    }
  }

  private void in(ScheduledExecutorService thread, Duration delay, Runnable work) {
    var unused = thread.schedule(guarded(work), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void note(String what) {
    log.add(Duration.ofNanos(System.nanoTime() - begunNanos).toMillis() + " ms " + what);
  }

  /** Ends every trouble, and spreads the vbuckets over the nodes that there are. */
  void calm() throws InterruptedException {
    end(troubles);
    for (EmbeddedNode node : cluster.nodes()) {
      node.resume();
      restore(node.clientLink());
      node.faults().clear();
      node.bucket(bucket.name()).resumePersistence();
    }
    eachLink(cluster.nodes(), cluster.nodes(), Chaos::restore);
    end(topology);
    cluster.rebalance();
    end(looking);
    watch.expect(Branches.Cause.BEGINNING);
  }

  private static void end(ScheduledExecutorService thread) throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(END.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("does not end: patience=" + END);
    }
  }

  /** The branches that the vbuckets had. */
  BranchWatch watch() {
    return watch;
  }

  /** What could not be done, although it should have been. */
  List<Throwable> failures() {
    return List.copyOf(failures);
  }

  /** What happened, for people. */
  List<String> log() {
    return List.copyOf(log);
  }

  @Override
  public void close() {
    List.of(topology, troubles, looking).forEach(ScheduledExecutorService::shutdownNow);
  }

  // What happens.

  private String happen(Schedule.Step step) {
    List<EmbeddedNode> nodes = cluster.nodes();
    EmbeddedNode node = nodes.get((int) (step.pick() % nodes.size()));
    return switch (step.disturbance()) {
      case ADD_NODE -> nodes.size() < MAX_NODES ? move(this::addNode) : "enough nodes";
      case REBALANCE -> move(cluster::rebalance);
      case REMOVE_NODE -> mayLeave() ? move(() -> cluster.removeNode(node)) : "too few nodes";
      case FAIL_OVER_GRACEFULLY ->
          mayLeave() && hasReplicas(node)
              ? move(() -> cluster.failOverGracefully(node))
              : "too few copies";
      case FAIL_OVER -> mayLeave() ? failOver(node, step) : "too few nodes";
      case CRASH -> crash(node, step);
      case PAUSE -> pause(node, step);
      case SLOW_CLIENTS -> slowClients(node, step);
      case CUT_CLIENTS -> cutClients(node, step);
      case SLOW_LINKS -> slowLinks(node, step);
      case CUT_LINKS -> cutLinks(node, step);
      case STOPPED_DISK -> stopDisk(node, step);
      case FAULTS -> disturb(node, step);
    };
  }

  private boolean mayLeave() {
    return cluster.nodes().size() >= MIN_NODES;
  }

  private boolean hasReplicas(EmbeddedNode node) {
    for (int vbucket = 0; vbucket < bucket.vbuckets(); vbucket++) {
      boolean active = bucket.activeNode(vbucket).filter(node::equals).isPresent();
      if (active && bucket.replicaNodes(vbucket).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private void addNode() {
    cluster.addNode();
    cluster.rebalance();
  }

  /**
   * Crashes that happen meanwhile may be seen by a vbucket only when it has moved. While a node
   * stands still nothing is moved.
   */
  private String move(Runnable change) {
    if (standsStill()) {
      return "a node stands still";
    }
    moving = true;
    try {
      change.run();
    } catch (IllegalStateException e) {
      // One that stopped after the look above.
      if (!standsStill()) {
        throw e;
      }
      return "refused: " + e.getMessage();
    } finally {
      losing.lock();
      try {
        moving = false;
        watch.expect(Branches.Cause.BEGINNING);
      } finally {
        losing.unlock();
      }
    }
    return "done, nodes=" + cluster.nodes();
  }

  private boolean standsStill() {
    return cluster.nodes().stream().anyMatch(node -> node.state() == NodeState.PAUSED);
  }

  private String failOver(EmbeddedNode node, Schedule.Step step) {
    long deadline = System.nanoTime() + RECOVERY.toNanos();
    while (System.nanoTime() - deadline < 0) {
      losing.lock();
      try {
        if (hasReplicas(node)
            && afterLoss.stream().allMatch(position -> position.isReplicated(bucket))) {
          if (isWithLoss(step)) {
            eachLink(List.of(node), cluster.nodes(), Link::cut);
            LockSupport.parkNanos(LAG.toNanos());
          }
          lose(Branches.Cause.FAILOVER, () -> cluster.failOver(node));
          watch.expect(Branches.Cause.BEGINNING);
          return node + ", nodes=" + cluster.nodes();
        }
      } finally {
        losing.unlock();
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
    return "not recovered from the last loss";
  }

  private String crash(EmbeddedNode node, Schedule.Step step) {
    if (!losing.tryLock()) {
      return "another loss goes on";
    }
    try {
      if (node.state() != NodeState.RUNNING) {
        return "it is " + node.state();
      }
      Long stopped = stoppedDisks.get(node);
      if (stopped != null && stopped - lostNanos < 0) {
        return "nothing persisted there since the last loss";
      }
      if (isWithLoss(step)) {
        ifMember(node, () -> node.bucket(bucket.name()).pausePersistence());
        LockSupport.parkNanos(LAG.toNanos());
      }
      lose(Branches.Cause.CRASH, node::crash);
      stoppedDisks.remove(node);
      if (!moving) {
        watch.expect(Branches.Cause.BEGINNING);
      }
    } finally {
      losing.unlock();
    }
    return node.toString();
  }

  /** Half of them find something that is nowhere else yet. */
  private static boolean isWithLoss(Schedule.Step step) {
    return step.pick() % 2 == 0;
  }

  private void lose(Branches.Cause cause, Runnable loss) {
    watch.expect(cause);
    loss.run();
    watch.look();
    afterLoss = watch.positions();
    lostNanos = System.nanoTime();
  }

  private String pause(EmbeddedNode node, Schedule.Step step) {
    ifMember(node, node::pause);
    in(troubles, step.lasting(), () -> ifMember(node, node::resume));
    return node + " for " + step.lasting();
  }

  private String slowClients(EmbeddedNode node, Schedule.Step step) {
    Duration delay = Duration.ofMillis(1 + step.pick() % 60);
    node.clientLink().delay(delay);
    in(troubles, step.lasting(), () -> restore(node.clientLink()));
    return node + " by " + delay + " for " + step.lasting();
  }

  private String cutClients(EmbeddedNode node, Schedule.Step step) {
    node.clientLink().cut();
    in(troubles, step.lasting(), () -> restore(node.clientLink()));
    return node + " for " + step.lasting();
  }

  private static void restore(ClientLink link) {
    link.delay(Duration.ZERO);
    link.heal();
  }

  private String slowLinks(EmbeddedNode node, Schedule.Step step) {
    List<EmbeddedNode> nodes = cluster.nodes();
    Duration delay = Duration.ofMillis(1 + step.pick() % 60);
    eachLink(List.of(node), nodes, link -> link.delay(delay));
    in(troubles, step.lasting(), () -> eachLink(List.of(node), nodes, Chaos::restore));
    return "from " + node + " by " + delay + " for " + step.lasting();
  }

  private String cutLinks(EmbeddedNode node, Schedule.Step step) {
    List<EmbeddedNode> nodes = cluster.nodes();
    boolean outwards = step.pick() % 3 != 0;
    List<EmbeddedNode> from = outwards ? List.of(node) : nodes;
    List<EmbeddedNode> to = outwards ? nodes : List.of(node);
    eachLink(from, to, Link::cut);
    in(troubles, step.lasting(), () -> eachLink(from, to, Chaos::restore));
    return (outwards ? "from " : "to ") + node + " for " + step.lasting();
  }

  private void eachLink(List<EmbeddedNode> from, List<EmbeddedNode> to, Consumer<Link> action) {
    for (EmbeddedNode one : from) {
      for (EmbeddedNode other : to) {
        if (one != other) {
          action.accept(cluster.link(one, other));
        }
      }
    }
  }

  private static void restore(Link link) {
    link.delay(Duration.ZERO);
    link.heal();
  }

  private String stopDisk(EmbeddedNode node, Schedule.Step step) {
    stoppedDisks.putIfAbsent(node, System.nanoTime());
    ifMember(node, () -> node.bucket(bucket.name()).pausePersistence());
    in(
        troubles,
        step.lasting(),
        () -> {
          ifMember(node, () -> node.bucket(bucket.name()).resumePersistence());
          stoppedDisks.remove(node);
        });
    return node + " for " + step.lasting();
  }

  /** Does what is harmless to fail for a node that leaves meanwhile. */
  private void ifMember(EmbeddedNode node, Runnable action) {
    try {
      action.run();
    } catch (IllegalArgumentException | IllegalStateException e) {
      if (cluster.nodes().contains(node)) {
        throw e;
      }
      note(node + " has left");
    }
  }

  private String disturb(EmbeddedNode node, Schedule.Step step) {
    node.faults().install(plan(step.pick()));
    in(troubles, step.lasting(), () -> node.faults().clear());
    return node + " for " + step.lasting();
  }

  private static FaultPlan plan(long seed) {
    List<FaultRule> rules = new ArrayList<>();
    rules.add(rule("busy", 0.05).then(status(Status.ETMPFAIL)));
    rules.add(rule("late", 0.05).then(delayExecution(Duration.ofMillis(1 + seed % 40))));
    rules.add(rule("late-answer", 0.05).then(delayAnswer(Duration.ofMillis(1 + seed % 30))));
    rules.add(rule("lost", 0.01).then(dropRequest()));
    rules.add(rule("lost-answer", 0.01).then(dropAnswer()));
    rules.add(rule("broken", 0.004).then(disconnect()));
    rules.add(rule("broken-after", 0.004).then(disconnectAfter()));
    rules.add(
        FaultRule.messages(Opcode.DCP_MUTATION)
            .name("stream-broken")
            .probability(0.003)
            .then(disconnect()));
    rules.add(
        FaultRule.messages(Opcode.DCP_MUTATION, Opcode.DCP_SNAPSHOT_MARKER)
            .name("stream-ended")
            .probability(0.003)
            .then(endStream(StreamEndReason.STATE_CHANGED)));
    return FaultPlan.of(rules.toArray(FaultRule[]::new)).withSeed(seed);
  }

  private static FaultRule.Builder rule(String name, double probability) {
    return FaultRule.requests(DOCUMENTS).name(name).probability(probability);
  }
}
