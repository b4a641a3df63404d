package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.wire.Amendment.LeftOut;
import io.channelindex.embedded.wire.Amendment.MissingAnswer;
import io.channelindex.embedded.wire.Amendment.UnprintedRequest;
import io.channelindex.embedded.wire.Conversation.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConversationTest {

  static Stream<Arguments> captures() {
    return Stream.of(
        Arguments.of(Captures.JAVA_7, Captures.ofJava7()),
        Arguments.of(Captures.JAVA_6, Captures.ofJava6()),
        Arguments.of(Captures.JAVA_XATTR, Captures.ofJavaXattr()),
        Arguments.of(Captures.DCP_7, Captures.ofDcp7()),
        Arguments.of(Captures.DCP_6, Captures.ofDcp6()),
        Arguments.of(Captures.DCP_XATTR, List.of()),
        Arguments.of(Captures.DCP_CRASH, List.of()));
  }

  @ParameterizedTest
  @MethodSource("captures")
  void everyFrameIsPartOfTheConversationOrAccountedFor(String name, List<Amendment> amendments) {
    Conversation conversation = Captures.conversation(name, amendments);

    List<Integer> lines = new ArrayList<>();
    for (Exchange exchange : conversation.exchanges()) {
      boolean printed =
          conversation.log().frames().stream()
              .anyMatch(f -> f.line() == exchange.line() && f.frame().equals(exchange.request()));
      if (printed) {
        lines.add(exchange.line());
      }
      if (exchange.response() != null) {
        lines.add(exchange.response().line());
        assertThat(exchange.response().frame().opcode()).isEqualTo(exchange.request().opcode());
      }
    }
    List.of(1, 2, 3)
        .forEach(c -> conversation.serverSent(c).forEach(frame -> lines.add(frame.line())));
    amendments.stream().filter(LeftOut.class::isInstance).forEach(left -> lines.add(left.line()));
    assertThat(lines)
        .containsExactlyInAnyOrderElementsOf(
            conversation.log().frames().stream().map(CapturedFrame::line).toList());
  }

  @ParameterizedTest
  @MethodSource("captures")
  void withoutAmendmentsEveryGapIsNamed(String name, List<Amendment> amendments) {
    List<Integer> alone =
        amendments.stream()
            .filter(a -> a instanceof MissingAnswer || a instanceof Amendment.MissingRequest)
            .map(Amendment::line)
            .sorted()
            .toList();

    if (alone.isEmpty()) {
      assertThat(Captures.conversation(name, List.of()).exchanges()).isNotEmpty();
    } else {
      assertThatThrownBy(() -> Captures.conversation(name, List.of()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("capture=" + name + " unpaired lines=[");
    }
  }

  @Test
  void whatIsAmendedIsExactlyThis() {
    assertThat(amendedLines(Captures.ofJava7()))
        .containsExactly(59, 78, 83, 86, 91, 96, 99, 100, 101);
    assertThat(amendedLines(Captures.ofJava6())).containsExactly(29, 56, 85, 86, 87, 88);
    assertThat(amendedLines(Captures.ofJavaXattr())).containsExactly(69);
    assertThat(amendedLines(Captures.ofDcp7())).isEmpty();
    assertThat(amendedLines(Captures.ofDcp6())).containsExactly(35, 36);
  }

  @Test
  void theBulkOfTheJavaClientIsAsLongAsItsCountsSay() {
    Conversation conversation = Captures.conversation(Captures.JAVA_7, Captures.ofJava7());
    FrameKind bulkWrite =
        new FrameKind(CapturedFrame.Side.CLIENT, 0x80, 1, 8, 0, 2, true, null, true);

    assertThat(conversation.exchanges().stream().filter(e -> e.request().datatype() == 2))
        .hasSize(conversation.log().counts().get(bulkWrite));
  }

  @Test
  void anAnswerPrintedBeforeItsRequestBelongsToIt() {
    Conversation conversation = Captures.conversation(Captures.JAVA_7, Captures.ofJava7());

    assertThat(responseLineOf(conversation, 34)).isEqualTo(33);
    assertThat(responseLineOf(conversation, 40)).isEqualTo(39);
    assertThat(responseLineOf(conversation, 41)).isEqualTo(42);
    assertThat(responseLineOf(conversation, 80)).isEqualTo(79);
    assertThat(responseLineOf(conversation, 95)).isEqualTo(94);
  }

  @Test
  void severalRequestsUnderWayAreAnsweredInTheirOrder() {
    Conversation conversation = Captures.conversation(Captures.DCP_XATTR, List.of());

    for (Exchange exchange : conversation.exchanges()) {
      if (exchange.request().opcode() == 0x91) {
        assertThat(exchange.response().frame().valueBuffer().getShort(1))
            .isEqualTo((short) exchange.request().vbucket());
      }
    }
  }

  @Test
  void insertedRequestsStandWhereTheyWereAskedFor() {
    Conversation conversation = Captures.conversation(Captures.JAVA_7, Captures.ofJava7());
    List<Exchange> around =
        conversation.exchanges().stream().filter(e -> e.line() == 87 || e.line() == 91).toList();

    assertThat(around)
        .extracting(e -> Frame.printable(e.request().key()))
        .containsExactly("\\x00k2", "\\x00del1", "\\x00del1", "\\x08ck1", "\\x08ck1");
    assertThat(around)
        .extracting(e -> e.request().opcode())
        .containsExactly(0x01, 0x01, 0x04, 0x01, 0x00);
  }

  private static List<Integer> amendedLines(List<Amendment> amendments) {
    return amendments.stream()
        .filter(a -> !(a instanceof UnprintedRequest))
        .map(Amendment::line)
        .sorted()
        .toList();
  }

  private static int responseLineOf(Conversation conversation, int line) {
    return conversation.exchanges().stream()
        .filter(e -> e.line() == line)
        .findFirst()
        .orElseThrow()
        .response()
        .line();
  }
}
