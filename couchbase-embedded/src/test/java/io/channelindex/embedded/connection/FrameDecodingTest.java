package io.channelindex.embedded.connection;

import static io.channelindex.embedded.connection.SocketlessConnection.frame;
import static io.channelindex.embedded.connection.SocketlessConnection.get;
import static io.channelindex.embedded.connection.SocketlessConnection.header;
import static io.channelindex.embedded.connection.SocketlessConnection.set;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.engine.Limits;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a connection makes of the bytes of a client, however they come, and what it holds of them.
 */
class FrameDecodingTest {
  private static final int MEGABYTE = 1 << 20;
  private static final byte[] NONE = {};

  private static byte[] conversation() {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    frames.writeBytes(SocketlessConnection.login(Feature.XERROR, Feature.JSON));
    for (int i = 0; i < 5; i++) {
      frames.writeBytes(set("key" + i, ("{\"n\":" + i + "}").getBytes(UTF_8)));
      frames.writeBytes(get("key" + i));
      frames.writeBytes(get("missing"));
      frames.writeBytes(frame(Opcode.APPEND, NONE, "key" + i, "tail".getBytes(UTF_8)));
      frames.writeBytes(frame(Opcode.SET, NONE, "no extras", NONE));
      frames.writeBytes(frame(Opcode.NOOP, NONE, "", NONE));
    }
    return frames.toByteArray();
  }

  private static final byte[] CONVERSATION = conversation();
  private static final byte[] ANSWERS = answersOf(List.of(CONVERSATION.length));

  private static byte[] answersOf(List<Integer> pieces) {
    try (SocketlessConnection connection = new SocketlessConnection()) {
      ByteArrayOutputStream answers = new ByteArrayOutputStream();
      int from = 0;
      for (int i = 0; from < CONVERSATION.length; i++) {
        int to = Math.min(CONVERSATION.length, from + pieces.get(i % pieces.size()));
        connection.receive(CONVERSATION, from, to);
        answers.writeBytes(connection.sent());
        from = to;
      }
      assertThat(connection.heldBytes()).isZero();
      return answers.toByteArray();
    }
  }

  @Property(tries = 300)
  void inWhateverPiecesTheAnswersAreTheSame(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(min = 1, max = 60) Integer> pieces) {
    assertThat(answersOf(pieces)).isEqualTo(ANSWERS);
  }

  @Test
  void theConversationIsAnswered() {
    assertThat(ANSWERS).contains("{\"n\":4}".getBytes(UTF_8)).hasSizeGreaterThan(33 * 24);
  }

  @ParameterizedTest
  @ValueSource(ints = {Limits.FRAME_BODY + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
  void aLengthBeyondTheLimitEndsTheConnectionAndTakesNoMemory(int length) {
    try (SocketlessConnection connection = SocketlessConnection.loggedIn()) {
      connection.receive(header(Opcode.SET, 8, 3, length));

      assertThat(connection.isOpen()).isFalse();
      assertThat(connection.heldBytes()).isZero();
    }
  }

  @Test
  void beforeAuthenticationAFrameIsShort() {
    int longest = 16 * 1024 - 24;
    try (SocketlessConnection stranger = new SocketlessConnection()) {
      stranger.receive(header(Opcode.SASL_AUTH, 0, 5, longest));
      assertThat(stranger.isOpen()).isTrue();
    }
    try (SocketlessConnection stranger = new SocketlessConnection()) {
      stranger.receive(header(Opcode.SASL_AUTH, 0, 5, longest + 1));
      assertThat(stranger.isOpen()).isFalse();
    }
  }

  /** Who announces much and sends little costs little: at most twice what came. */
  @ParameterizedTest
  @ValueSource(ints = {1, 100, 10_000})
  void ofAFrameThatComesSlowlyIsHeldWhatHasCome(int piece) {
    byte[] header = header(Opcode.SET, 8, 3, Limits.BODY);
    try (SocketlessConnection connection = SocketlessConnection.loggedIn()) {
      connection.receive(header);
      assertThat(connection.heldBytes()).isLessThanOrEqualTo(2L * header.length);

      byte[] bytes = new byte[piece];
      for (int i = 1; i <= 300; i++) {
        connection.receive(bytes);
        assertThat(connection.heldBytes())
            .as("after %d pieces", i)
            .isLessThanOrEqualTo(2L * (header.length + (long) i * piece) + 64);
      }
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @Test
  void aFrameIsForgottenOnceItIsAnswered() {
    byte[] large = set("key", new byte[5 * MEGABYTE]);
    try (SocketlessConnection connection = SocketlessConnection.loggedIn()) {
      for (int from = 0; from < large.length; from += 64 * 1024) {
        connection.receive(large, from, Math.min(large.length, from + 64 * 1024));
      }

      assertThat(connection.sent()).hasSize(24);
      assertThat(connection.heldBytes()).isZero();
    }
  }

  @Test
  void theBeginningOfAFrameDoesNotKeepTheLargeOneBeforeIt() {
    byte[] frames = Arrays.copyOf(set("key", new byte[5 * MEGABYTE]), 5 * MEGABYTE + 24 + 11 + 20);
    byte[] next = get("key");
    System.arraycopy(next, 0, frames, frames.length - 20, 20);
    try (SocketlessConnection connection = SocketlessConnection.loggedIn()) {
      for (int from = 0; from < frames.length; from += 64 * 1024) {
        connection.receive(frames, from, Math.min(frames.length, from + 64 * 1024));
      }

      assertThat(connection.sent()).hasSize(24);
      assertThat(connection.heldBytes()).isLessThan(64 * 1024);

      connection.receive(next, 20, next.length);

      assertThat(connection.sent()).hasSize(24 + 4 + 5 * MEGABYTE);
      assertThat(connection.heldBytes()).isZero();
    }
  }

  @Test
  void whoDoesNotReadIsNotReadAnyFurther() {
    int count = 500;
    byte[] value = new byte[10_000];
    try (SocketlessConnection connection = SocketlessConnection.loggedIn()) {
      connection.receive(set("key", value));
      connection.sent();
      connection.setReading(false);

      connection.receive(repeated(get("key"), count));

      assertThat(connection.readsRequests()).isFalse();
      assertThat(connection.sent()).isEmpty();
      assertThat(connection.heldBytes()).isZero();

      connection.setReading(true);

      assertThat(connection.readsRequests()).isTrue();
      assertThat(connection.sent()).hasSize(count * (24 + 4 + value.length));
    }
  }

  @Test
  void whatWaitsForAReaderIsForgottenWithTheConnection() {
    SocketlessConnection connection = SocketlessConnection.loggedIn();
    connection.receive(set("key", new byte[MEGABYTE]));
    connection.sent();
    connection.setReading(false);
    connection.receive(repeated(get("key"), 10));
    connection.receive(header(Opcode.SET, 8, 3, MEGABYTE));

    connection.close();

    assertThat(connection.isOpen()).isFalse();
    assertThat(connection.heldBytes()).isZero();
  }

  /** However often the configuration changes meanwhile, one notification waits for the reader. */
  @Test
  void whoDoesNotReadHearsOfTheNewestConfigurationOnly() {
    Feature[] features = {Feature.DUPLEX, Feature.CLUSTERMAP_CHANGE_NOTIFICATION};
    try (SocketlessConnection connection = SocketlessConnection.loggedIn(features)) {
      connection.bucket().createScope("first");
      byte[] usual = connection.sent();
      assertThat(usual[0]).isEqualTo((byte) 0x82);
      connection.setReading(false);

      for (int i = 0; i < 500; i++) {
        connection.bucket().createScope("scope");
        connection.bucket().dropScope("scope");
      }
      assertThat(connection.sent()).isEmpty();
      assertThat(connection.heldBytes()).isZero();

      connection.setReading(true);

      byte[] waited = connection.sent();
      assertThat(waited.length).isBetween(usual.length, usual.length + 100);
      assertThat(new String(waited, UTF_8)).contains("\"collectionsManifestUid\":\"3e9\"");
    }
  }

  private static byte[] repeated(byte[] frame, int times) {
    byte[] frames = new byte[frame.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(frame, 0, frames, i * frame.length, frame.length);
    }
    return frames;
  }

  @Test
  void aQuitIsTheLastThingThatIsAnswered() {
    byte[] quit = frame(Opcode.QUIT, NONE, "", NONE);
    byte[] behind = set("key", NONE);
    byte[] both = Arrays.copyOf(quit, quit.length + behind.length);
    System.arraycopy(behind, 0, both, quit.length, behind.length);
    try (SocketlessConnection connection = SocketlessConnection.loggedIn()) {
      connection.receive(both);

      assertThat(connection.isOpen()).isFalse();
      assertThat(connection.sent()).hasSize(24);
      assertThat(connection.bucket().documentCount()).isZero();
    }
  }
}
