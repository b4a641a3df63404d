package io.channelindex.embedded.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.channelindex.embedded.dcp.StreamEndReason;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {
  private static final List<FaultAction> FOR_REQUESTS =
      List.of(
          FaultAction.status(Status.ETMPFAIL),
          FaultAction.status(0xa3),
          FaultAction.delayExecution(Duration.ofMillis(250)),
          FaultAction.dropRequest(),
          FaultAction.dropAnswer(),
          FaultAction.disconnect());
  private static final List<FaultAction> FOR_BOTH =
      List.of(
          FaultAction.delayAnswer(Duration.ofSeconds(2)),
          FaultAction.disconnectAfter(),
          FaultAction.cutAfter(10),
          FaultAction.stallReading(),
          FaultAction.stallReading(Duration.ofNanos(1)),
          FaultAction.stallWriting(),
          FaultAction.stallWriting(Duration.ofMinutes(3)),
          FaultAction.crash(),
          FaultAction.crashLosing(5),
          FaultAction.crashLosing(5, 3, 1),
          FaultAction.moveClock(Duration.ofHours(-1)),
          FaultAction.moveClock(Duration.ofMillis(-1)));

  private static final List<FaultRule.Counting> COUNTINGS = List.of(FaultRule.Counting.values());

  private static FaultRule rule(Random random) {
    boolean request = random.nextBoolean();
    FaultRule.Builder rule =
        request
            ? FaultRule.requests(Opcode.GET, Opcode.SET).opcode(0xda)
            : FaultRule.messages(Opcode.DCP_MUTATION);
    switch (random.nextInt(4)) {
      case 0 -> rule.key("a\"\n*");
      case 1 -> rule.keyGlob("ü*?");
      case 2 -> rule.keyRegex("a+\\d");
      default -> {}
    }
    if (random.nextBoolean()) {
      rule.bucket("data").collection("_default", "orders").agent("java*").user("ann");
    }
    if (random.nextBoolean()) {
      rule.vbuckets(random.nextInt(1024), 3).connections(1 + random.nextInt(100));
    }
    if (random.nextBoolean()) {
      rule.from(1 + random.nextInt(5)).times(1 + random.nextInt(5));
      rule.counted(COUNTINGS.get(random.nextInt(3)));
      rule.probability(1 - random.nextDouble());
    }
    List<FaultAction> actions = new ArrayList<>(FOR_BOTH);
    if (request) {
      actions.addAll(FOR_REQUESTS);
    } else {
      actions.add(FaultAction.endStream(StreamEndReason.TOO_SLOW));
    }
    return rule.then(actions.get(random.nextInt(actions.size())));
  }

  @Property(tries = 500)
  void whatIsWrittenIsReadBack(@ForAll long seed) {
    Random random = new Random(seed);
    FaultRule[] rules = new FaultRule[random.nextInt(4)];
    for (int i = 0; i < rules.length; i++) {
      rules[i] = rule(random);
    }
    FaultPlan plan = FaultPlan.of(rules).withSeed(seed);

    FaultPlan read = FaultPlan.parse(plan.toString());

    assertThat(read).isEqualTo(plan).hasToString(plan.toString());
  }

  @Test
  void aPlanReadsAsItIsDocumented() {
    FaultPlan plan =
        FaultPlan.parse(
            """
            {"seed": 7,
             "rules": [
              {"name": "busy", "on": "request", "opcodes": ["SET", 2, "0x03"], "keyGlob": "user:*",
               "probability": 0.1, "do": {"status": "ETMPFAIL"}},
              {"on": "message", "opcodes": ["DCP_MUTATION"], "vbuckets": [3], "from": 10,
               "times": 1, "counted": "vbucket", "do": {"disconnect": "before"}},
              {"on": "request", "do": {"crash": {"seqnos": 5, "vbuckets": [3]}}}]}
            """);

    assertThat(plan.seed()).isEqualTo(7);
    assertThat(plan.rules())
        .containsExactly(
            FaultRule.requests(Opcode.SET, Opcode.ADD, Opcode.REPLACE)
                .name("busy")
                .keyGlob("user:*")
                .probability(0.1)
                .then(FaultAction.status(Status.ETMPFAIL)),
            FaultRule.messages(Opcode.DCP_MUTATION)
                .name("rule-2")
                .vbuckets(3)
                .from(10)
                .times(1)
                .counted(FaultRule.Counting.VBUCKET)
                .then(FaultAction.disconnect()),
            FaultRule.requests().name("rule-3").then(FaultAction.crashLosing(5, 3)));
  }

  @Test
  void thePlanOfTheReadmeIsOne() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String json = readme.substring(readme.indexOf("```json\n") + 8);

    FaultPlan plan = FaultPlan.parse(json.substring(0, json.indexOf("```")));

    assertThat(plan.seed()).isEqualTo(7);
    assertThat(plan.rules())
        .extracting(FaultRule::action)
        .containsExactly(
            FaultAction.status(Status.ETMPFAIL),
            FaultAction.delayAnswer(Duration.ofMillis(5)),
            FaultAction.disconnect(),
            FaultAction.crashLosing(5));
  }

  @Test
  void namesAreUnique() {
    FaultRule rule = FaultRule.requests().name("a").then(FaultAction.crash());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaultPlan.of(rule, rule))
        .withMessageContaining("name=a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{`seed`: 1} | missing field=rules",
        "[] | plan=[], expected=an object",
        "{`sed`: 1, `rules`: []} | unknown field=sed, nearest=seed",
        "{`seed`: `1`, `rules`: []} | seed=\"1\", expected=a whole number",
        "{`rules`: {}} | rules={}, expected=an array",
        "{`rules`: [1]} | rules[0]=1, expected=an object",
        "{`rules`: [], `rules`: []} | Duplicate field 'rules'",
        "{`rules`: []} {} | not JSON: line=1, column=",
        "{`rules`: [ | not JSON: line=1, column=",
        "{`rules`: [{RULE, `on`: `requests`}]} | Duplicate field 'on'",
        "{`rules`: [{`on`: `requests`, `do`: {}}]} | rules[0].on=requests, nearest=REQUEST",
        "{`rules`: [{`do`: {}}]} | missing field=rules[0].on",
        "{`rules`: [{`on`: `request`}]} | missing field=rules[0].do",
        "{`rules`: [{RULE, `opcodes`: [`GET`, `SETT`]}]} | rules[0].opcodes[1]=SETT, nearest=SET",
        "{`rules`: [{RULE, `opcodes`: [256]}]} | rules[0].opcodes[0]: opcode=256, allowed=0 to 255",
        "{`rules`: [{RULE, `opcodes`: [1.5]}]} | rules[0].opcodes[0]=1.5, expected=a name or a",
        "{`rules`: [{RULE, `opcodes`: `GET`}]} | rules[0].opcodes=\"GET\", expected=an array",
        "{`rules`: [{RULE, `vbucket`: [1]}]} | field=rules[0].vbucket, nearest=vbuckets",
        "{`rules`: [{RULE, `vbuckets`: [4294967296]}]} | rules[0].vbuckets[0]=4294967296, expected",
        "{`rules`: [{RULE, `key`: `a`, `keyGlob`: `b`}]} | only one of rules[0].key, keyGlob",
        "{`rules`: [{RULE, `keyRegex`: `(`}]} | rules[0].keyRegex: regex=(, index=",
        "{`rules`: [{RULE, `collection`: `c`}]} | rules[0].collection: collection=c, expected=scope",
        "{`rules`: [{RULE, `probability`: 2}]} | rules[0].probability: probability=2.0, allowed",
        "{`rules`: [{RULE, `times`: 0}]} | rules[0].times: times=0, minimum=1",
        "{`rules`: [{RULE, `counted`: `key`}]} | rules[0].counted=key, nearest=NODE",
        "{`rules`: [{ON, `do`: {}}]} | rules[0].do.*, expected=exactly one action",
        "{`rules`: [{ON, `do`: {`crash`: 1, `status`: 1}}]} | rules[0].do.*, expected=exactly one",
        "{`rules`: [{ON, `do`: {`statsu`: 1}}]} | unknown field=rules[0].do.statsu, nearest=status",
        "{`rules`: [{ON, `do`: {`status`: `TMPFAIL`}}]} | rules[0].do.status=TMPFAIL, nearest=ETMP",
        "{`rules`: [{ON, `do`: {`status`: 70000}}]} | rules[0].do.status: status=70000, allowed=0",
        "{`rules`: [{ON, `do`: {`delayAnswer`: `2 s`}}]} | rules[0].do.delayAnswer: duration=2 s",
        "{`rules`: [{ON, `do`: {`delayAnswer`: `-2s`}}]} | rules[0].do.delayAnswer: duration=PT-2S",
        "{`rules`: [{ON, `do`: {`dropAnswer`: false}}]} | rules[0].do.dropAnswer=false, expected=tr",
        "{`rules`: [{ON, `do`: {`crash`: `all`}}]} | rules[0].do.crash=all, nearest=unpersisted",
        "{`rules`: [{ON, `do`: {`crash`: {}}}]} | missing field=rules[0].do.crash.seqnos",
        "{`rules`: [{ON, `do`: {`endStream`: `OK`}}]} | rules[0].do: not for a REQUEST",
      })
  void whatIsWrongIsNamed(String template, String complaint) {
    String json =
        template
            .replace("RULE", "`do`: {`dropAnswer`: true}, ON")
            .replace("ON", "`on`: `request`")
            .replace('`', '"');
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaultPlan.parse(json))
        .withMessageContaining(complaint);
  }

  @Test
  void aFileIsNamed(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("plan.json"), "{}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaultPlan.read(file))
        .withMessage(file + ": missing field=rules");
    Files.writeString(file, "{\"rules\": []}");
    assertThat(FaultPlan.read(file)).isEqualTo(FaultPlan.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "ms", "1e3s", "99999999999999999d", "PT", "P1Y", "1 s"})
  void durationsThatAreNoneAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DurationText.parse(text))
        .withMessageContaining("duration=" + text);
  }

  @Property
  void durationsAreReadAsWritten(@ForAll long seconds, @ForAll long nanos) {
    Duration duration = Duration.ofSeconds(seconds % 100_000_000_000L).plusNanos(nanos);
    assertThat(DurationText.parse(DurationText.write(duration))).isEqualTo(duration);
  }

  @Property(tries = 200)
  void distancesAreLevenshteins(
      @ForAll("shortWords") String from, @ForAll("shortWords") String to) {
    assertThat(Spelling.distance(from, to)).isEqualTo(naive(from, to));
  }

  @Provide
  Arbitrary<String> shortWords() {
    return Arbitraries.strings().withChars("abc").ofMaxLength(5);
  }

  private static int naive(String from, String to) {
    if (from.isEmpty() || to.isEmpty()) {
      return from.length() + to.length();
    }
    int same = from.charAt(0) == to.charAt(0) ? 0 : 1;
    return Math.min(
        naive(from.substring(1), to.substring(1)) + same,
        1 + Math.min(naive(from.substring(1), to), naive(from, to.substring(1))));
  }
}
