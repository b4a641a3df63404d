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
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Troubles that come and go, of which nothing is lost: nodes, links and disks that stand still or
 * are slow, and faults. Each says what it does.
 *
 * <p>Confined to one thread, on which they go as well, until it has ended.
 */
final class Troubles {
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
  private final BiConsumer<Duration, Runnable> later;

  /** Since when the disks stand still or are slow, of nodes whose disks are. */
  private final Map<EmbeddedNode, Long> stoppedDisks = new HashMap<>();

  /** With a way to have something done later, on the same thread. */
  Troubles(EmbeddedCouchbase cluster, EmbeddedBucket bucket, BiConsumer<Duration, Runnable> later) {
    this.cluster = cluster;
    this.bucket = bucket;
    this.later = later;
  }

  String begin(EmbeddedNode node, Schedule.Step step) {
    return switch (step.disturbance()) {
      case PAUSE -> pause(node, step);
      case SLOW_CLIENTS -> slowClients(node, step);
      case CUT_CLIENTS -> cutClients(node, step);
      case SLOW_LINKS -> slowLinks(node, step);
      case CUT_LINKS -> cutLinks(node, step);
      case STOPPED_DISK -> stopDisk(node, step);
      case SLOW_DISK -> slowDisk(node, step);
      case FAULTS -> disturb(node, step);
      default -> throw new IllegalArgumentException("no trouble: step=" + step);
    };
  }

  /** Ends all of them, when nothing is left to be done later. */
  void end() {
    for (EmbeddedNode node : cluster.nodes()) {
      resume(node);
      restore(node.clientLink());
      node.faults().clear();
      restoreDisk(node);
    }
    eachLink(cluster.nodes(), cluster.nodes(), Troubles::restore);
  }

  /** Cuts a node off from the others, until somebody ends it. */
  void cutOff(EmbeddedNode node) {
    eachLink(List.of(node), cluster.nodes(), Link::cut);
  }

  /** Ends that. */
  void reconnect(EmbeddedNode node) {
    eachLink(List.of(node), cluster.nodes(), Troubles::restore);
  }

  /** Whether a disk has done something since then. */
  boolean diskWorkedSince(EmbeddedNode node, long nanos) {
    Long stopped = stoppedDisks.get(node);
    return stopped == null || stopped - nanos >= 0;
  }

  /** The node begins anew, with a disk that works. */
  void forgetDisk(EmbeddedNode node) {
    stoppedDisks.remove(node);
  }

  private String pause(EmbeddedNode node, Schedule.Step step) {
    if (node.state() != NodeState.RUNNING) {
      return node + " is " + node.state();
    }
    ifMember(node, node::pause);
    later.accept(step.lasting(), () -> ifMember(node, () -> resume(node)));
    return node + " for " + step.lasting();
  }

  private static void resume(EmbeddedNode node) {
    if (node.state() == NodeState.PAUSED) {
      node.resume();
    }
  }

  private String slowClients(EmbeddedNode node, Schedule.Step step) {
    Duration delay = Duration.ofMillis(1 + step.pick() % 60);
    node.clientLink().delay(delay);
    later.accept(step.lasting(), () -> restore(node.clientLink()));
    return node + " by " + delay + " for " + step.lasting();
  }

  private String cutClients(EmbeddedNode node, Schedule.Step step) {
    node.clientLink().cut();
    later.accept(step.lasting(), () -> restore(node.clientLink()));
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
    later.accept(step.lasting(), () -> eachLink(List.of(node), nodes, Troubles::restore));
    return "from " + node + " by " + delay + " for " + step.lasting();
  }

  private String cutLinks(EmbeddedNode node, Schedule.Step step) {
    List<EmbeddedNode> nodes = cluster.nodes();
    boolean outwards = step.pick() % 3 != 0;
    List<EmbeddedNode> from = outwards ? List.of(node) : nodes;
    List<EmbeddedNode> to = outwards ? nodes : List.of(node);
    eachLink(from, to, Link::cut);
    later.accept(step.lasting(), () -> eachLink(from, to, Troubles::restore));
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
    later.accept(step.lasting(), () -> ifMember(node, () -> restoreDisk(node)));
    return node + " for " + step.lasting();
  }

  private String slowDisk(EmbeddedNode node, Schedule.Step step) {
    Duration delay = Duration.ofMillis(1 + step.pick() % 300);
    stoppedDisks.putIfAbsent(node, System.nanoTime());
    ifMember(node, () -> node.persistenceDelay(delay));
    later.accept(step.lasting(), () -> ifMember(node, () -> restoreDisk(node)));
    return node + " by " + delay + " for " + step.lasting();
  }

  /** Both at once: whatever ends first ends the other. */
  private void restoreDisk(EmbeddedNode node) {
    node.persistenceDelay(Duration.ZERO);
    node.bucket(bucket.name()).resumePersistence();
    stoppedDisks.remove(node);
  }

  /** Does what is harmless to fail for a node that leaves meanwhile. */
  void ifMember(EmbeddedNode node, Runnable action) {
    try {
      action.run();
    } catch (IllegalArgumentException | IllegalStateException e) {
      if (cluster.nodes().contains(node)) {
        throw e;
      }
    }
  }

  private String disturb(EmbeddedNode node, Schedule.Step step) {
    node.faults().install(plan(step.pick()));
    later.accept(step.lasting(), () -> node.faults().clear());
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
