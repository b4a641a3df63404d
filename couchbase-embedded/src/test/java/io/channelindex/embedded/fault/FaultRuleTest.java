package io.channelindex.embedded.fault;

import static io.channelindex.embedded.fault.Subject.message;
import static io.channelindex.embedded.fault.Subject.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.channelindex.embedded.dcp.StreamEndReason;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.CollectionsManifest;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultRuleTest {
  private static final FaultAction BUSY = FaultAction.status(Status.ETMPFAIL);

  private static boolean matches(FaultRule.Builder rule, FaultSubject subject) {
    FaultAction action =
        subject.kind() == FaultSubject.Kind.REQUEST ? BUSY : FaultAction.disconnect();
    return rule.then(action).conditions().hold(subject);
  }

  @Test
  void withoutConditionsEveryRequestMatchesAndNoMessage() {
    assertThat(matches(FaultRule.requests(), request(Opcode.GET, 1, "a"))).isTrue();
    FaultRule rule = FaultRule.requests().then(BUSY);
    assertThat(rule.conditions().hold(message(Opcode.DCP_MUTATION, 1, "a"))).isFalse();
  }

  @Test
  void opcodesMatchByNameOrNumber() {
    FaultRule.Builder rule = FaultRule.requests(Opcode.GET, Opcode.SET).opcode(0xda);

    assertThat(matches(rule, request(Opcode.GET, 1, "a"))).isTrue();
    assertThat(matches(rule, request(Opcode.SET, 1, "a"))).isTrue();
    assertThat(matches(rule, request(Opcode.ADD, 1, "a"))).isFalse();
    Subject unheardOf =
        new Subject(FaultSubject.Kind.REQUEST, 0xda, Subject.BUCKET, 1, 0, "a", 1, "", null);
    assertThat(matches(rule, unheardOf)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "a*c, abc, true", "a*c, ac, true", "a*c, abcd, false", "a?c, abc, true", "a?c, ac, false",
    "*, '', true", "'', '', true", "a.c, abc, false", "a.c, a.c, true", "\\E*, \\Ex, true",
    "user:*:?, user:ünï:1, true", "a*, 'a\nb', true", "[a], a, false"
  })
  void globsMatchTheWholeKey(String glob, String key, boolean expected) {
    assertThat(matches(FaultRule.requests().keyGlob(glob), request(Opcode.GET, 1, key)))
        .isEqualTo(expected);
  }

  @Test
  void keysMatchLiterallyOrByRegularExpression() {
    assertThat(matches(FaultRule.requests().key("a*"), request(Opcode.GET, 1, "a*"))).isTrue();
    assertThat(matches(FaultRule.requests().key("a*"), request(Opcode.GET, 1, "ab"))).isFalse();
    assertThat(matches(FaultRule.requests().keyRegex("a+"), request(Opcode.GET, 1, "aaa")))
        .isTrue();
    assertThat(matches(FaultRule.requests().keyRegex("a+"), request(Opcode.GET, 1, "aaab")))
        .isFalse();
  }

  @Test
  void collectionsMatchByTheirPresentNames() {
    Bucket bucket = new Bucket("data", "0".repeat(32), 1, PausableClock.running());
    CollectionsManifest.Collection created =
        bucket.createCollection("_default", "orders", 0).collection(8);
    assertThat(created).isNotNull();
    Subject inside = request(Opcode.GET, 0, "a").in(bucket, created.id());
    FaultRule.Builder rule = FaultRule.requests().collection("_default", "orders");

    assertThat(matches(rule, inside)).isTrue();
    assertThat(matches(rule, request(Opcode.GET, 0, "a").in(bucket, 0))).isFalse();
    bucket.dropCollection("_default", "orders");
    assertThat(matches(rule, inside)).isFalse();
  }

  @Test
  void placesAndPeopleMatch() {
    Subject subject = request(Opcode.GET, 3, "a").on(7);

    assertThat(matches(FaultRule.requests().vbuckets(2, 3), subject)).isTrue();
    assertThat(matches(FaultRule.requests().vbuckets(2), subject)).isFalse();
    assertThat(matches(FaultRule.requests().connections(7), subject)).isTrue();
    assertThat(matches(FaultRule.requests().connections(1), subject)).isFalse();
    assertThat(matches(FaultRule.requests().bucket("data"), subject)).isTrue();
    assertThat(matches(FaultRule.requests().bucket("dat"), subject)).isFalse();
    assertThat(matches(FaultRule.requests().bucket("data"), subject.in(null, 0))).isFalse();
    assertThat(matches(FaultRule.requests().agent("java*"), subject)).isTrue();
    assertThat(matches(FaultRule.requests().agent("node*"), subject)).isFalse();
    assertThat(matches(FaultRule.requests().user("ann"), subject)).isTrue();
    assertThat(matches(FaultRule.requests().user("bob"), subject)).isFalse();
  }

  static Stream<FaultAction> notForMessages() {
    return Stream.of(
        BUSY, FaultAction.delayExecution(Duration.ofMillis(1)), FaultAction.dropAnswer());
  }

  @ParameterizedTest
  @MethodSource
  void notForMessages(FaultAction action) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaultRule.messages().then(action))
        .withMessageContaining("MESSAGE")
        .withMessageContaining(action.toString());
  }

  @Test
  void onlyStreamsEnd() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> FaultRule.requests().then(FaultAction.endStream(StreamEndReason.TOO_SLOW)))
        .withMessageContaining("REQUEST");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.001, Double.NaN})
  void chancesAreAboveZeroAndAtMostOne(double probability) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaultRule.requests().probability(probability))
        .withMessageContaining("probability=" + probability);
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    FaultRule.Builder rule = FaultRule.requests();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rule.vbuckets(1024))
        .withMessageContaining("vbucket=1024, allowed=0 to 1023");
    assertThatIllegalArgumentException().isThrownBy(() -> rule.opcode(256));
    assertThatIllegalArgumentException().isThrownBy(() -> rule.connections(0));
    assertThatIllegalArgumentException().isThrownBy(() -> rule.from(0));
    assertThatIllegalArgumentException().isThrownBy(() -> rule.times(0));
    assertThatIllegalArgumentException().isThrownBy(() -> FaultAction.status(0x10000));
    assertThatIllegalArgumentException().isThrownBy(() -> FaultAction.cutAfter(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> FaultAction.crashLosing(0));
    assertThatIllegalArgumentException().isThrownBy(() -> FaultAction.stallWriting(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaultAction.delayAnswer(Duration.ofDays(366)))
        .withMessageContaining("duration=PT8784H, allowed=above 0, up to PT8760H");
    assertThatIllegalArgumentException().isThrownBy(() -> rule.keyRegex("("));
  }
}
