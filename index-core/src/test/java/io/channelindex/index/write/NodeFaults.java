package io.channelindex.index.write;

import static io.channelindex.embedded.fault.FaultAction.cutAfter;
import static io.channelindex.embedded.fault.FaultAction.delayAnswer;
import static io.channelindex.embedded.fault.FaultAction.delayExecution;
import static io.channelindex.embedded.fault.FaultAction.disconnect;
import static io.channelindex.embedded.fault.FaultAction.disconnectAfter;
import static io.channelindex.embedded.fault.FaultAction.dropAnswer;
import static io.channelindex.embedded.fault.FaultAction.dropRequest;
import static io.channelindex.embedded.fault.FaultAction.endStream;
import static io.channelindex.embedded.fault.FaultAction.status;

import io.channelindex.embedded.dcp.StreamEndReason;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.FaultRule;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Plans of what an embedded node does to indexers, readers and streams. */
final class NodeFaults {
  static final String DATA = "data";
  static final String INDEX = "index";

  private static final Opcode[] WRITES = {
    Opcode.ADD,
    Opcode.REPLACE,
    Opcode.APPEND,
    Opcode.DELETE,
    Opcode.INCREMENT,
    Opcode.SUBDOC_MULTI_MUTATION
  };
  private static final Opcode[] CHANGES = {Opcode.DCP_MUTATION, Opcode.DCP_DELETION};

  private NodeFaults() {}

  /** A few rules, each of which stops to fire before long. */
  static FaultPlan any(Random random) {
    List<FaultRule> possible = new ArrayList<>(ofRequests(random));
    possible.addAll(ofStreams(random));
    List<FaultRule> chosen = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      chosen.add(possible.remove(random.nextInt(possible.size())));
    }
    return FaultPlan.of(chosen.toArray(FaultRule[]::new)).withSeed(random.nextLong());
  }

  private static List<FaultRule> ofRequests(Random random) {
    return List.of(
        writes(random).times(20).probability(0.3).name("busy").then(status(Status.ETMPFAIL)),
        reads(random).times(20).probability(0.3).name("unread").then(status(Status.ETMPFAIL)),
        writes(random).times(2).name("lost answer").then(dropAnswer()),
        reads(random).times(2).name("lost read").then(dropAnswer()),
        writes(random).times(1).name("lost request").then(dropRequest()),
        writes(random).times(1).name("cut before").then(disconnect()),
        writes(random).times(2).name("cut after").then(disconnectAfter()),
        reads(random).times(1).name("half an answer").then(cutAfter(30)),
        writes(random)
            .times(10)
            .probability(0.3)
            .name("late")
            .then(delayExecution(Duration.ofMillis(20))),
        writes(random)
            .times(10)
            .probability(0.3)
            .name("late answer")
            .then(delayAnswer(Duration.ofMillis(20))));
  }

  private static List<FaultRule> ofStreams(Random random) {
    StreamEndReason[] reasons = {
      StreamEndReason.STATE_CHANGED, StreamEndReason.DISCONNECTED, StreamEndReason.TOO_SLOW
    };
    return List.of(
        changes(random).name("stream cut").then(disconnect()),
        changes(random).name("stream cut after").then(disconnectAfter()),
        changes(random).name("stream ended").then(endStream(pick(random, reasons))),
        FaultRule.messages(Opcode.DCP_SNAPSHOT_MARKER)
            .bucket(DATA)
            .times(1)
            .name("snapshot cut")
            .then(disconnectAfter()),
        FaultRule.requests(Opcode.DCP_STREAM_REQUEST)
            .bucket(DATA)
            .times(3)
            .name("no stream")
            .then(status(Status.ETMPFAIL)));
  }

  private static FaultRule.Builder writes(Random random) {
    return FaultRule.requests(WRITES).bucket(INDEX).from(1 + random.nextInt(10));
  }

  private static FaultRule.Builder reads(Random random) {
    return FaultRule.requests(Opcode.GET).bucket(INDEX).from(1 + random.nextInt(30));
  }

  private static FaultRule.Builder changes(Random random) {
    return FaultRule.messages(CHANGES).bucket(DATA).from(1 + random.nextInt(8)).times(1);
  }

  private static StreamEndReason pick(Random random, StreamEndReason... from) {
    return from[random.nextInt(from.length)];
  }
}
