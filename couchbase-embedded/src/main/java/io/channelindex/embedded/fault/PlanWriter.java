package io.channelindex.embedded.fault;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.engine.Loss;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes a plan as {@link PlanReader} reads it: one rule a line, only what was set. */
final class PlanWriter {
  static final String UNTIL_RELEASED = "released";
  static final String UNPERSISTED = "unpersisted";

  private PlanWriter() {}

  static String write(FaultPlan plan) {
    return plan.rules().stream()
        .map(PlanWriter::write)
        .collect(
            Collectors.joining(
                ",\n  ", "{\"seed\": " + plan.seed() + ",\n \"rules\": [\n  ", "]}"));
  }

  static String write(FaultRule rule) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    if (!rule.name().isEmpty()) {
      node.put("name", rule.name());
    }
    writeConditions(node, rule.conditions());
    writeOccurrence(node, rule.occurrence());
    writeAction(node.putObject("do"), rule.action());
    return node.toString();
  }

  private static void writeConditions(ObjectNode node, Conditions conditions) {
    node.put("on", conditions.kind().name().toLowerCase(Locale.ROOT));
    if (!conditions.opcodes().isEmpty()) {
      ArrayNode opcodes = node.putArray("opcodes");
      new TreeSet<>(conditions.opcodes()).forEach(code -> opcodes.add(opcode(code)));
    }
    TextPattern key = conditions.key();
    if (key != null) {
      String field =
          switch (key.kind()) {
            case LITERAL -> "key";
            case GLOB -> "keyGlob";
            case REGEX -> "keyRegex";
          };
      node.put(field, key.text());
    }
    if (conditions.bucket() != null) {
      node.put("bucket", conditions.bucket());
    }
    if (conditions.collection() != null) {
      node.put("collection", conditions.collection());
    }
    writeNumbers(node, "vbuckets", conditions.vbuckets());
    writeNumbers(node, "connections", conditions.connections());
    if (conditions.agent() != null) {
      node.put("agent", conditions.agent().text());
    }
    if (conditions.user() != null) {
      node.put("user", conditions.user());
    }
  }

  private static String opcode(int code) {
    Opcode known = Opcode.of(code);
    return known == null ? "0x%02x".formatted(code) : known.name();
  }

  private static void writeNumbers(
      ObjectNode node, String field, Collection<? extends Number> numbers) {
    if (!numbers.isEmpty()) {
      ArrayNode array = node.putArray(field);
      numbers.stream().mapToLong(Number::longValue).sorted().forEach(array::add);
    }
  }

  private static void writeOccurrence(ObjectNode node, Occurrence occurrence) {
    if (occurrence.from() != Occurrence.ALWAYS.from()) {
      node.put("from", occurrence.from());
    }
    if (occurrence.times() != Occurrence.ALWAYS.times()) {
      node.put("times", occurrence.times());
    }
    if (occurrence.counting() != Occurrence.ALWAYS.counting()) {
      node.put("counted", occurrence.counting().name());
    }
    if (occurrence.probability() != Occurrence.ALWAYS.probability()) {
      node.put("probability", occurrence.probability());
    }
  }

  private static void writeAction(ObjectNode node, FaultAction action) {
    if (action instanceof FaultAction.AnswerWith answer) {
      node.put("status", status(answer.code()));
    } else if (action instanceof FaultAction.DelayExecution execution) {
      node.put("delayExecution", DurationText.write(execution.delay()));
    } else if (action instanceof FaultAction.DelayAnswer answer) {
      node.put("delayAnswer", DurationText.write(answer.delay()));
    } else if (action instanceof FaultAction.DropRequest) {
      node.put("dropRequest", true);
    } else if (action instanceof FaultAction.DropAnswer) {
      node.put("dropAnswer", true);
    } else if (action instanceof FaultAction.Disconnect disconnect) {
      node.put("disconnect", disconnect.moment().name());
    } else if (action instanceof FaultAction.Cut cut) {
      node.put("cutAfter", cut.bytes());
    } else if (action instanceof FaultAction.StallReading stall) {
      node.put("stallReading", duration(stall.duration()));
    } else if (action instanceof FaultAction.StallWriting stall) {
      node.put("stallWriting", duration(stall.duration()));
    } else if (action instanceof FaultAction.Crash crash) {
      writeCrash(node, crash.loss());
    } else if (action instanceof FaultAction.MoveClock move) {
      node.put("moveClock", DurationText.write(move.by()));
    } else if (action instanceof FaultAction.EndStream end) {
      node.put("endStream", end.reason().name());
    }
  }

  private static String status(int code) {
    Status known = Status.of(code);
    return known == null ? "0x%02x".formatted(code) : known.name();
  }

  private static String duration(Optional<Duration> duration) {
    return duration.map(DurationText::write).orElse(UNTIL_RELEASED);
  }

  private static void writeCrash(ObjectNode node, Loss loss) {
    if (loss instanceof Loss.Tail tail) {
      ObjectNode crash = node.putObject("crash");
      crash.put("seqnos", tail.seqnos());
      writeNumbers(crash, "vbuckets", tail.vbuckets());
    } else {
      node.put("crash", UNPERSISTED);
    }
  }
}
