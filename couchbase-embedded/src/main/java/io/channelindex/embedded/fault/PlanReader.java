package io.channelindex.embedded.fault;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.channelindex.embedded.dcp.StreamEndReason;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads the text of a plan; nothing in it is ignored. */
final class PlanReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Set<String> PLAN_FIELDS = Set.of("seed", "rules");
  private static final Set<String> RULE_FIELDS =
      Set.of(
          "name",
          "on",
          "opcodes",
          "key",
          "keyGlob",
          "keyRegex",
          "bucket",
          "collection",
          "vbuckets",
          "connections",
          "agent",
          "user",
          "from",
          "times",
          "counted",
          "probability",
          "do");
  private static final List<String> KEY_FIELDS = List.of("key", "keyGlob", "keyRegex");
  private static final Set<String> ACTIONS =
      Set.of(
          "status",
          "delayExecution",
          "delayAnswer",
          "dropRequest",
          "dropAnswer",
          "disconnect",
          "cutAfter",
          "stallReading",
          "stallWriting",
          "crash",
          "moveClock",
          "endStream");
  private static final Set<String> TAIL_FIELDS = Set.of("seqnos", "vbuckets");

  private static final Map<String, Integer> OPCODES = new TreeMap<>();
  private static final Map<String, Integer> STATUSES = new TreeMap<>();

  static {
    Arrays.stream(Opcode.values()).forEach(opcode -> OPCODES.put(opcode.name(), opcode.code()));
    Arrays.stream(Status.values()).forEach(status -> STATUSES.put(status.name(), status.code()));
  }

  private PlanReader() {}

  static FaultPlan read(String json) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      throw new IllegalArgumentException(
          "not JSON: line="
              + location.getLineNr()
              + ", column="
              + location.getColumnNr()
              + ": "
              + e.getOriginalMessage(),
          e);
    }
    PlanFields plan = new PlanFields(tree, "", PLAN_FIELDS);
    List<FaultRule> rules = new ArrayList<>();
    JsonNode array = plan.array("rules");
    for (int i = 0; i < array.size(); i++) {
      rules.add(rule(new PlanFields(array.get(i), "rules[" + i + "]", RULE_FIELDS)));
    }
    return FaultPlan.of(plan.has("seed") ? plan.number("seed") : 0, rules);
  }

  private static FaultRule rule(PlanFields fields) {
    FaultRule.Builder rule = new FaultRule.Builder(fields.constant("on", FaultSubject.Kind.class));
    if (fields.has("name")) {
      rule.name(fields.text("name"));
    }
    readConditions(fields, rule);
    readOccurrence(fields, rule);
    FaultAction action = action(new PlanFields(fields.get("do"), fields.at("do"), ACTIONS));
    return PlanFields.checked(fields.at("do"), () -> rule.then(action));
  }

  private static void readConditions(PlanFields fields, FaultRule.Builder rule) {
    if (fields.has("opcodes")) {
      fields.codes("opcodes", OPCODES, rule::opcode);
    }
    List<String> keys = KEY_FIELDS.stream().filter(fields::has).toList();
    if (keys.size() > 1) {
      throw new IllegalArgumentException("only one of " + fields.at(String.join(", ", keys)));
    }
    for (String key : keys) {
      String text = fields.text(key);
      PlanFields.checked(
          fields.at(key),
          () ->
              switch (key) {
                case "key" -> rule.key(text);
                case "keyGlob" -> rule.keyGlob(text);
                default -> rule.keyRegex(text);
              });
    }
    if (fields.has("bucket")) {
      rule.bucket(fields.text("bucket"));
    }
    if (fields.has("collection")) {
      String name = fields.text("collection");
      PlanFields.checked(fields.at("collection"), () -> rule.qualifiedCollection(name));
    }
    if (fields.has("vbuckets")) {
      fields.integers("vbuckets", rule::vbuckets);
    }
    if (fields.has("connections")) {
      fields.integers("connections", rule::connections);
    }
    if (fields.has("agent")) {
      rule.agent(fields.text("agent"));
    }
    if (fields.has("user")) {
      rule.user(fields.text("user"));
    }
  }

  private static void readOccurrence(PlanFields fields, FaultRule.Builder rule) {
    if (fields.has("from")) {
      long from = fields.number("from");
      PlanFields.checked(fields.at("from"), () -> rule.from(from));
    }
    if (fields.has("times")) {
      long times = fields.number("times");
      PlanFields.checked(fields.at("times"), () -> rule.times(times));
    }
    if (fields.has("counted")) {
      rule.counted(fields.constant("counted", FaultRule.Counting.class));
    }
    if (fields.has("probability")) {
      double probability = fields.fraction("probability");
      PlanFields.checked(fields.at("probability"), () -> rule.probability(probability));
    }
  }

  private static FaultAction action(PlanFields fields) {
    Iterator<String> names = fields.names();
    String name = names.hasNext() ? names.next() : "";
    if (name.isEmpty() || names.hasNext()) {
      throw new IllegalArgumentException(fields.at("*") + ", expected=exactly one action");
    }
    return PlanFields.checked(fields.at(name), () -> action(name, fields));
  }

  private static FaultAction action(String name, PlanFields fields) {
    return switch (name) {
      case "status" -> FaultAction.status(fields.code(name, STATUSES));
      case "delayExecution" -> FaultAction.delayExecution(DurationText.parse(fields.text(name)));
      case "delayAnswer" -> FaultAction.delayAnswer(DurationText.parse(fields.text(name)));
      case "dropRequest" -> requireTrue(fields, name, FaultAction.dropRequest());
      case "dropAnswer" -> requireTrue(fields, name, FaultAction.dropAnswer());
      case "disconnect" ->
          new FaultAction.Disconnect(fields.constant(name, FaultAction.Moment.class));
      case "cutAfter" -> FaultAction.cutAfter(fields.integer(name));
      case "stallReading" -> {
        String text = fields.text(name);
        yield isUntilReleased(text)
            ? FaultAction.stallReading()
            : FaultAction.stallReading(DurationText.parse(text));
      }
      case "stallWriting" -> {
        String text = fields.text(name);
        yield isUntilReleased(text)
            ? FaultAction.stallWriting()
            : FaultAction.stallWriting(DurationText.parse(text));
      }
      case "crash" -> crash(fields, name);
      case "moveClock" -> FaultAction.moveClock(DurationText.parse(fields.text(name)));
      default -> FaultAction.endStream(fields.constant(name, StreamEndReason.class));
    };
  }

  private static FaultAction requireTrue(PlanFields fields, String name, FaultAction action) {
    if (!fields.get(name).isBoolean() || !fields.get(name).booleanValue()) {
      throw PlanFields.expected(fields.at(name), fields.get(name), "true");
    }
    return action;
  }

  private static boolean isUntilReleased(String text) {
    return text.equals(PlanWriter.UNTIL_RELEASED);
  }

  private static FaultAction crash(PlanFields fields, String name) {
    JsonNode node = fields.get(name);
    if (node.isTextual()) {
      if (!node.textValue().equals(PlanWriter.UNPERSISTED)) {
        throw PlanFields.unknown(fields.at(name), node.textValue(), Set.of(PlanWriter.UNPERSISTED));
      }
      return FaultAction.crash();
    }
    PlanFields tail = new PlanFields(node, fields.at(name), TAIL_FIELDS);
    List<Integer> vbuckets = new ArrayList<>();
    if (tail.has("vbuckets")) {
      tail.integers("vbuckets", vbuckets::add);
    }
    return FaultAction.crashLosing(
        tail.number("seqnos"), vbuckets.stream().mapToInt(Integer::intValue).toArray());
  }
}
