package io.channelindex.embedded.chaos;

import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.EmbeddedNode;
import io.channelindex.embedded.cluster.NodeState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Does to a cluster what a schedule says. Changes of the topology come one after the other, and
 * begin late if the one before takes its time; troubles come and go when they are due, during those
 * changes as well.
 *
 * <p>What can take history away (failovers, crashes and kills) comes one at a time. A failover
 * waits until a majority of copies has been where the active one was after the last of them, a
 * crash happens only to a node whose disk has worked since: what a majority has is safe from the
 * loss of one copy, not of two. A node that was killed, in the middle of a move or not, comes back
 * with what was on its disk, or is failed over before that. Where no replica is left, or too few
 * nodes, a change is passed over.
 */
final class Chaos implements AutoCloseable {
  private static final int MIN_NODES = 3;
  private static final int MAX_NODES = 5;
  private static final Duration LOOK = Duration.ofMillis(5);
  private static final Duration LAG = Duration.ofMillis(50);
  private static final Duration RECOVERY = Duration.ofSeconds(3);
  private static final Duration END = Duration.ofSeconds(90);
  private static final long MAX_WARM_UP_MILLIS = 300;

  private final EmbeddedCouchbase cluster;
  private final EmbeddedBucket bucket;
  private final BranchWatch watch;
  private final ScheduledExecutorService topology = thread("chaos-topology");
  private final ScheduledExecutorService troubling = thread("chaos-troubles");
  private final ScheduledExecutorService looking = thread("chaos-branches");
  private final Troubles troubles;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final Queue<String> log = new ConcurrentLinkedQueue<>();
  private final long begunNanos = System.nanoTime();

  /** Held by who takes history away. */
  private final ReentrantLock losing = new ReentrantLock();

  /** Where the vbuckets were after history was taken away the last time. */
  private volatile List<BranchWatch.Position> afterLoss;

  private volatile boolean moving;
  private volatile long lostNanos = System.nanoTime();

  /** Where the vbuckets were after the last loss but the kill of the node that is dead now. */
  private volatile List<BranchWatch.Position> beforeKill;

  /** How often a node was made to stand still or ended. */
  private final AtomicInteger stops = new AtomicInteger();

  /** Those that can be added back; of the topology's thread. */
  private final Deque<EmbeddedNode> failedOver = new ArrayDeque<>();

  Chaos(EmbeddedCouchbase cluster, EmbeddedBucket bucket) {
    this.cluster = cluster;
    this.bucket = bucket;
    this.watch = new BranchWatch(bucket);
    this.troubles = new Troubles(cluster, bucket, (delay, work) -> in(troubling, delay, work));
    this.afterLoss = watch.positions();
    this.beforeKill = afterLoss;
    var unused =
        looking.scheduleWithFixedDelay(
            guarded(watch::look), 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What is to be done later when it has ended already is left to {@link #calm}. */
  private static ScheduledExecutorService thread(String name) {
    return new ScheduledThreadPoolExecutor(
        1, work -> new Thread(work, name), new ThreadPoolExecutor.DiscardPolicy());
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
          ordered ? topology : troubling,
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
    end(troubling);
    troubles.end();
    cluster.nodes().forEach(node -> restart(node, Duration.ZERO));
    end(topology);
    awaitEverybody();
    cluster.rebalance();
    end(looking);
    watch.expect(Branches.Cause.BEGINNING);
  }

  private void awaitEverybody() {
    long deadline = System.nanoTime() + END.toNanos();
    while (isAnyAway() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(LOOK.toNanos());
    }
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
    List.of(topology, troubling, looking).forEach(ScheduledExecutorService::shutdownNow);
  }

  // What happens.

  private String happen(Schedule.Step step) {
    List<EmbeddedNode> nodes = cluster.nodes();
    EmbeddedNode node = nodes.get((int) (step.pick() % nodes.size()));
    return switch (step.disturbance()) {
      case ADD_NODE -> nodes.size() < MAX_NODES ? move(() -> addNode(step)) : "enough nodes";
      case REBALANCE -> move(cluster::rebalance);
      case REMOVE_NODE -> mayLeave() ? move(() -> cluster.removeNode(node)) : "too few nodes";
      case FAIL_OVER_GRACEFULLY ->
          mayLeave() && hasReplicas(node) ? move(() -> failOverGracefully(node)) : "too few copies";
      case FAIL_OVER -> mayLeave() ? failOver(node, step) : "too few nodes";
      case CRASH -> crash(node, step);
      case KILL -> kill(node, step);
      case PAUSE -> {
        stops.incrementAndGet();
        yield troubles.begin(node, step);
      }
      case SLOW_CLIENTS, CUT_CLIENTS, SLOW_LINKS, CUT_LINKS, STOPPED_DISK, SLOW_DISK, FAULTS ->
          troubles.begin(node, step);
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

  /** Half of them are nodes that were there before, if there are such. */
  private void addNode(Schedule.Step step) {
    if (failedOver.isEmpty() || step.pick() % 2 == 0) {
      cluster.addNode();
    } else {
      EmbeddedNode node = failedOver.remove();
      troubles.reconnect(node);
      cluster.addBack(node);
    }
    cluster.rebalance();
  }

  private void failOverGracefully(EmbeddedNode node) {
    cluster.failOverGracefully(node);
    failedOver.add(node);
  }

  /**
   * Crashes that happen meanwhile may be seen by a vbucket only when it has moved. While a node
   * stands still or is not there nothing is moved.
   */
  private String move(Runnable change) {
    int stopsBefore = stops.get();
    if (isAnyAway()) {
      return "a node is away";
    }
    moving = true;
    try {
      change.run();
    } catch (IllegalStateException e) {
      // One may have stopped after the look above.
      if (stops.get() == stopsBefore) {
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

  private boolean isAnyAway() {
    return cluster.nodes().stream().anyMatch(node -> node.state() != NodeState.RUNNING);
  }

  private Optional<EmbeddedNode> killed() {
    return cluster.nodes().stream().filter(node -> node.state() == NodeState.KILLED).findFirst();
  }

  /** Whether a majority of copies has been where the active one was after the last loss. */
  private boolean isRecovered() {
    return afterLoss.stream().allMatch(position -> position.isReplicated(bucket));
  }

  /**
   * Whether the same was so when {@code node} was killed. Nothing has left it since, so what its
   * replicas have they had then, and these are its replicas now, whatever was being moved.
   */
  private boolean isReplaceable(EmbeddedNode node) {
    return beforeKill.stream()
        .filter(position -> position.isActiveOn(node, bucket))
        .allMatch(position -> position.isReplicated(bucket));
  }

  /** A node that was killed goes first. */
  private String failOver(EmbeddedNode picked, Schedule.Step step) {
    long deadline = System.nanoTime() + RECOVERY.toNanos();
    while (System.nanoTime() - deadline < 0) {
      losing.lock();
      try {
        EmbeddedNode node = killed().orElse(picked);
        if (mayFailOver(node)) {
          if (isWithLoss(step)) {
            troubles.cutOff(node);
            LockSupport.parkNanos(LAG.toNanos());
          }
          NodeState state = node.state();
          lose(Branches.Cause.FAILOVER, () -> cluster.failOver(node));
          failedOver.add(node);
          watch.expect(Branches.Cause.BEGINNING);
          return node + ", which was " + state + ", nodes=" + cluster.nodes();
        }
      } finally {
        losing.unlock();
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
    return "not recovered from the last loss";
  }

  private boolean mayFailOver(EmbeddedNode node) {
    return switch (node.state()) {
      case KILLED -> hasReplicas(node) && isReplaceable(node);
      case RUNNING, PAUSED -> hasReplicas(node) && isRecovered();
      case WARMING_UP, GONE -> false;
    };
  }

  private String crash(EmbeddedNode node, Schedule.Step step) {
    return loseMemory(node, step, node::crash);
  }

  /** Ends a node; it comes back after a while, unless it is failed over. */
  private String kill(EmbeddedNode node, Schedule.Step step) {
    Duration warmUp =
        isWithLoss(step) ? Duration.ZERO : Duration.ofMillis(step.pick() % MAX_WARM_UP_MILLIS);
    in(troubling, step.lasting(), () -> restart(node, warmUp));
    return loseMemory(
            node,
            step,
            () -> {
              beforeKill = afterLoss;
              stops.incrementAndGet();
              node.kill();
            })
        + " for "
        + step.lasting()
        + ", warm-up "
        + warmUp;
  }

  private String loseMemory(EmbeddedNode node, Schedule.Step step, Runnable loss) {
    if (!losing.tryLock()) {
      return "another loss goes on";
    }
    try {
      if (node.state() != NodeState.RUNNING || killed().isPresent()) {
        return "it is " + node.state() + ", killed is " + killed();
      }
      if (!troubles.diskWorkedSince(node, lostNanos)) {
        return "nothing persisted there since the last loss";
      }
      if (isWithLoss(step)) {
        troubles.ifMember(node, () -> node.bucket(bucket.name()).pausePersistence());
        LockSupport.parkNanos(LAG.toNanos());
      }
      lose(Branches.Cause.CRASH, () -> troubles.ifMember(node, loss));
      troubles.forgetDisk(node);
    } finally {
      expectNothing();
      losing.unlock();
    }
    return node.toString();
  }

  private void restart(EmbeddedNode node, Duration warmUp) {
    losing.lock();
    try {
      if (node.state() == NodeState.KILLED) {
        lose(Branches.Cause.CRASH, () -> node.restart(warmUp));
      }
    } finally {
      expectNothing();
      losing.unlock();
    }
  }

  /** Branches do not begin by themselves; a vbucket that is moved may begin its own late. */
  private void expectNothing() {
    if (!moving) {
      watch.expect(Branches.Cause.BEGINNING);
    }
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
}
