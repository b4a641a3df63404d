package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.channelindex.embedded.wire.Conversation.Exchange;
import io.channelindex.embedded.wire.Replay.HelloPolicy;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Turns captured requests into ones that mean the same to the node of this run. */
final class RequestTranslation {

  private static final class Login {
    final ScramConversation scram;
    String clientFinal = "";

    Login(int connection) {
      scram =
          new ScramConversation(
              WireClient.USERNAME, WireClient.PASSWORD, "replay" + connection + System.nanoTime());
    }
  }

  private final Correspondence numbers;
  private final HelloPolicy hello;
  private final Map<Integer, Login> logins = new HashMap<>();
  private ByteBuffer knownConfig = ByteBuffer.allocate(16);

  RequestTranslation(Correspondence numbers, HelloPolicy hello) {
    this.numbers = numbers;
    this.hello = hello;
  }

  Frame translate(Exchange exchange) {
    Frame request = exchange.request().withCas(numbers.casToSend(exchange.request().cas()));
    Opcode opcode = Opcode.of(request.opcode());
    if (opcode == null) {
      return request;
    }
    return switch (opcode) {
      case HELLO -> translateHello(exchange);
      case DCP_OPEN -> request.withKey(completed(request.key(), exchange.keyLength(), "\""));
      case SASL_AUTH -> request.withValue(login(exchange).scram.clientFirst());
      case SASL_STEP -> request.withValue(login(exchange).clientFinal);
      case GET_CLUSTER_CONFIG ->
          request.extras().length == 0 ? request : request.withExtras(knownConfig.array());
      case OBSERVE_SEQNO ->
          request.withValue(
              longs(numbers.vbuuidToSend(request.vbucket(), request.valueBuffer().getLong())));
      case DCP_STREAM_REQUEST -> request.withExtras(streamRequest(request));
      default -> request;
    };
  }

  /** Learns from an answer what later requests need. */
  void answered(Exchange exchange, Frame response) {
    if (response.is(Opcode.SASL_AUTH) && response.has(Status.AUTH_CONTINUE)) {
      Login login = login(exchange);
      login.clientFinal = login.scram.clientFinal(response.text());
    }
    if (response.is(Opcode.GET_CLUSTER_CONFIG)
        && response.has(Status.SUCCESS)
        && response.value().length > 0) {
      var config = JsonComparison.parse(JsonComparison.text(response));
      knownConfig =
          ByteBuffer.allocate(16)
              .putLong(config.path("revEpoch").asLong())
              .putLong(config.path("rev").asLong());
    }
  }

  /** What is wrong with the server's proof that it knows the password; empty if nothing is. */
  String proofProblem(Exchange exchange, Frame response) {
    boolean last = response.is(Opcode.SASL_STEP) && response.has(Status.SUCCESS);
    return !last || response.text().equals(login(exchange).scram.expectedServerFinal())
        ? ""
        : response.text();
  }

  private Frame translateHello(Exchange exchange) {
    Frame request =
        exchange
            .request()
            .withKey(completed(exchange.request().key(), exchange.keyLength(), "\"}"));
    CapturedFrame granted = exchange.response();
    return hello == HelloPolicy.AS_CAPTURED || granted == null
        ? request
        : request.withValue(granted.frame().value());
  }

  private byte[] streamRequest(Frame request) {
    ByteBuffer captured = request.extrasBuffer();
    int vbucket = request.vbucket();
    return ByteBuffer.allocate(48)
        .putInt(captured.getInt(0))
        .putInt(captured.getInt(4))
        .putLong(numbers.seqnoToSend(vbucket, captured.getLong(8)))
        .putLong(numbers.seqnoToSend(vbucket, captured.getLong(16)))
        .putLong(numbers.vbuuidToSend(vbucket, captured.getLong(24)))
        .putLong(numbers.seqnoToSend(vbucket, captured.getLong(32)))
        .putLong(numbers.seqnoToSend(vbucket, captured.getLong(40)))
        .array();
  }

  private Login login(Exchange exchange) {
    return logins.computeIfAbsent(exchange.connection(), Login::new);
  }

  private static byte[] longs(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  /** A captured key of {@code length} bytes that was cut, filled up so that it is valid again. */
  private static byte[] completed(byte[] cut, int length, String end) {
    if (cut.length == length) {
      return cut;
    }
    byte[] key = Arrays.copyOf(cut, length);
    Arrays.fill(key, cut.length, length, (byte) 'x');
    byte[] tail = end.getBytes(UTF_8);
    System.arraycopy(tail, 0, key, length - tail.length, tail.length);
    return key;
  }
}
