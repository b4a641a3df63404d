package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.NettyLeaks;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * What real clients sent, damaged: each request is refused with a status or ends its connection,
 * the answers before that are whole, and nobody else notices.
 */
@Authority(value = Authority.Kind.OWN, where = "a status or the end of the connection")
class MutatedConversationsIT {
  private static final int KEY_LENGTH_AT = 2;
  private static final int EXTRAS_LENGTH_AT = 4;
  private static final int BODY_LENGTH_AT = 8;

  private static final List<Frame> REQUESTS =
      Stream.of(
              Captures.JAVA_7,
              Captures.JAVA_6,
              Captures.JAVA_XATTR,
              Captures.DCP_7,
              Captures.DCP_XATTR,
              Captures.DCP_CRASH)
          .flatMap(name -> CaptureLog.read(name).frames().stream())
          .filter(CapturedFrame::isRequest)
          .map(CapturedFrame::frame)
          .toList();

  private static TestNode node;
  private static Bystander bystander;

  private enum Kind {
    FLIP_A_BIT,
    SET_A_BYTE,
    SET_THE_OPCODE,
    SET_THE_BODY_LENGTH,
    SHIFT_THE_BODY_LENGTH,
    SET_THE_KEY_LENGTH,
    SET_THE_EXTRAS_LENGTH,
    CUT_OFF,
    CUT_OUT,
    REPEAT,
    EXCHANGE
  }

  /** A change of one frame; what its numbers mean depends on its kind. */
  private record Mutation(Kind kind, int frame, int position, int number) {
    void apply(List<byte[]> frames) {
      int index = frame % frames.size();
      byte[] bytes = frames.get(index);
      if (bytes.length < Frame.HEADER) {
        return;
      }
      int at = position % bytes.length;
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      switch (kind) {
        case FLIP_A_BIT -> bytes[at] ^= (byte) (1 << (number & 7));
        case SET_A_BYTE -> bytes[at] = (byte) number;
        case SET_THE_OPCODE -> bytes[1] = (byte) number;
        case SET_THE_BODY_LENGTH -> buffer.putInt(BODY_LENGTH_AT, number);
        case SHIFT_THE_BODY_LENGTH ->
            buffer.putInt(BODY_LENGTH_AT, buffer.getInt(BODY_LENGTH_AT) + (byte) number);
        case SET_THE_KEY_LENGTH -> buffer.putShort(KEY_LENGTH_AT, (short) number);
        case SET_THE_EXTRAS_LENGTH -> buffer.put(EXTRAS_LENGTH_AT, (byte) number);
        case CUT_OFF -> frames.set(index, Arrays.copyOf(bytes, at));
        case CUT_OUT -> frames.set(index, Frame.NONE);
        case REPEAT -> frames.add(index, bytes.clone());
        case EXCHANGE -> frames.set(index, frames.set(at % frames.size(), bytes));
      }
    }
  }

  @BeforeContainer
  static void start() {
    node = TestNode.start();
    bystander = new Bystander(node);
  }

  @AfterContainer
  static void stop() {
    bystander.close();
    node.close();
    NettyLeaks.assertNone();
  }

  @Property(tries = 1_000)
  void areAnsweredOrEnded(
      @ForAll @IntRange(max = 10_000) int begin,
      @ForAll @IntRange(min = 1, max = 12) int length,
      @ForAll @Size(min = 1, max = 4) List<@From("mutations") Mutation> mutations) {
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      frames.add(REQUESTS.get((begin + i) % REQUESTS.size()).withOpaque(i).encode());
    }
    mutations.forEach(mutation -> mutation.apply(frames));

    for (Frame answer : answers(frames)) {
      assertThat(answer.isServerSent() || answer.status() != Status.EINTERNAL.code())
          .as("answer %s", answer)
          .isTrue();
    }
    bystander.assertUndisturbed();
  }

  @Provide
  Arbitrary<Mutation> mutations() {
    Arbitrary<Integer> numbers =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 300),
            Arbitraries.of(0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 30 << 20, (30 << 20) + 1),
            Arbitraries.of(Integer.MAX_VALUE, Integer.MIN_VALUE, -1),
            Arbitraries.of(Opcode.values()).map(Opcode::code));
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, 11),
            Arbitraries.integers().between(0, 400),
            numbers)
        .as(Mutation::new);
  }

  /** Sends the frames and nothing more; what the server answers until it closes. */
  private static Collection<Frame> answers(List<byte[]> frames) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    frames.forEach(bytes::writeBytes);
    try (WireClient client = node.open()) {
      client.sendRaw(bytes.toByteArray());
      client.finishSending();
      return client.readUntilClosed();
    } catch (UncheckedIOException e) {
      // Closed before everything was sent.
      assertThat(e).hasCauseInstanceOf(SocketException.class);
      return List.of();
    }
  }
}
