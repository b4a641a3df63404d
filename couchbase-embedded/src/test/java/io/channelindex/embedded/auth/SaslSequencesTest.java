package io.channelindex.embedded.auth;

import static io.channelindex.embedded.auth.Exchanges.quickAccount;
import static io.channelindex.embedded.auth.Exchanges.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.auth.SaslReply.Challenge;
import io.channelindex.embedded.auth.SaslReply.Refusal;
import io.channelindex.embedded.auth.SaslReply.Success;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/**
 * Messages of SASL, genuine, tampered with and replayed, in any order on one connection, beside a
 * model that knows only this: whoever sent both messages of an exchange as they should be, in that
 * order, is authenticated until the next exchange starts.
 */
class SaslSequencesTest {
  private static final UserStore USERS = UserStore.of(quickAccount("user", "pencil"));

  private enum Kind {
    START,
    START_TAMPERED,
    STEP,
    STEP_TAMPERED,
    STEP_REPLAYED,
    PLAIN,
    PLAIN_TAMPERED
  }

  private record Action(Kind kind, SaslMechanism mechanism, long seed) {}

  @Property(tries = 2_000)
  void onlyGenuineMessagesInOrderAuthenticate(@ForAll("actions") List<Action> actions) {
    Model model = new Model();
    for (Action action : actions) {
      model.apply(action);
      assertThat(model.exchange.user()).as("after %s", action).isEqualTo(model.user);
    }
  }

  @Provide
  Arbitrary<List<Action>> actions() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.of(
                SaslMechanism.SCRAM_SHA1, SaslMechanism.SCRAM_SHA256, SaslMechanism.SCRAM_SHA512),
            Arbitraries.longs())
        .as(Action::new)
        .list()
        .ofMaxSize(12);
  }

  private static final class Model {
    private static final byte[] PLAIN = "\0user\0pencil".getBytes(UTF_8);

    final SaslExchange exchange = new SaslExchange(USERS);
    @Nullable String user;
    private boolean underway;
    private boolean genuine;
    private byte[] last = {};
    private byte[] replayed = "c=biws,r=nonce,p=AAAA".getBytes(UTF_8);

    void apply(Action action) {
      switch (action.kind) {
        case START -> start(action, false);
        case START_TAMPERED -> start(action, true);
        case STEP -> step(last, genuine);
        case STEP_TAMPERED -> step(tamperedWith(last, action.seed), false);
        case STEP_REPLAYED -> step(replayed, false);
        case PLAIN -> plain(PLAIN, true);
        case PLAIN_TAMPERED -> plain(tamperedWith(PLAIN, action.seed), false);
      }
    }

    private void start(Action action, boolean tampered) {
      ScramClient client = ScramClient.of(action.mechanism, "user", "pencil");
      byte[] first = client.first().getBytes(UTF_8);
      SaslReply reply =
          exchange.start(
              action.mechanism.wireName(), tampered ? tamperedWith(first, action.seed) : first);
      if (underway) {
        assertThat(reply).isEqualTo(Refusal.STEP_DUE);
        return;
      }
      user = null;
      underway = reply instanceof Challenge;
      assertThat(underway || tampered).as("reply %s", reply).isTrue();
      if (underway) {
        genuine = !tampered;
        last = client.last(text(reply)).getBytes(UTF_8);
      }
    }

    private void step(byte[] message, boolean right) {
      SaslReply reply = exchange.step(message);
      if (!underway) {
        assertThat(reply).isEqualTo(Refusal.NOT_STARTED);
        return;
      }
      underway = false;
      assertThat(reply instanceof Success).as("reply %s", reply).isEqualTo(right);
      if (right) {
        user = "user";
        replayed = message;
      }
    }

    private void plain(byte[] message, boolean right) {
      SaslReply reply = exchange.start("PLAIN", message);
      if (underway) {
        assertThat(reply).isEqualTo(Refusal.STEP_DUE);
        return;
      }
      user = right ? "user" : null;
      assertThat(reply instanceof Success).as("reply %s", reply).isEqualTo(right);
    }
  }

  /**
   * The message after one to three changes: a byte replaced, inserted or taken out, a piece
   * repeated, or two attributes in each other's place; never the message itself. Where it comes to
   * the same in the protocol, as with an authorization identity in front of PLAIN, it is changed
   * again.
   */
  private static byte[] tamperedWith(byte[] message, long seed) {
    Random random = new Random(seed);
    byte[] changed = message;
    for (int i = 0; i < 1 + random.nextInt(3) || meansTheSame(message, changed); i++) {
      changed = changed(changed, random);
    }
    return changed;
  }

  private static boolean meansTheSame(byte[] message, byte[] changed) {
    if (Arrays.equals(message, changed)) {
      return true;
    }
    String[] parts = new String(changed, UTF_8).split("\0", -1);
    return parts.length >= 3 && parts[1].equals("user") && parts[2].equals("pencil");
  }

  private static byte[] changed(byte[] message, Random random) {
    int at = random.nextInt(message.length + 1);
    int end = at + random.nextInt(message.length - at + 1);
    byte[] head = Arrays.copyOf(message, at);
    byte[] piece = Arrays.copyOfRange(message, at, end);
    byte[] tail = Arrays.copyOfRange(message, end, message.length);
    byte[] any = {(byte) "=,\0 anrcpxA1\u00ff".charAt(random.nextInt(13))};
    return switch (random.nextInt(5)) {
      case 0 -> joined(head, any, piece, tail);
      case 1 -> joined(head, tail);
      case 2 -> joined(head, piece, piece, tail);
      case 3 -> joined(tail, piece, head);
      default -> swapped(message, random);
    };
  }

  private static byte[] swapped(byte[] message, Random random) {
    String[] attributes = new String(message, UTF_8).split(",", -1);
    int left = random.nextInt(attributes.length);
    int right = random.nextInt(attributes.length);
    String kept = attributes[left];
    attributes[left] = attributes[right];
    attributes[right] = kept;
    return String.join(",", attributes).getBytes(UTF_8);
  }

  private static byte[] joined(byte[]... pieces) {
    int length = Arrays.stream(pieces).mapToInt(piece -> piece.length).sum();
    byte[] whole = new byte[length];
    int offset = 0;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, whole, offset, piece.length);
      offset += piece.length;
    }
    return whole;
  }
}
