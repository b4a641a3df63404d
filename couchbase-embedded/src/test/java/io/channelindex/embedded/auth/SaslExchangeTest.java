package io.channelindex.embedded.auth;

import static io.channelindex.embedded.auth.Exchanges.quickAccount;
import static io.channelindex.embedded.auth.Exchanges.start;
import static io.channelindex.embedded.auth.Exchanges.step;
import static io.channelindex.embedded.auth.Exchanges.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.auth.SaslReply.Refusal;
import io.channelindex.embedded.protocol.Status;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

class SaslExchangeTest {
  private static final SaslMechanism SCRAM = SaslMechanism.SCRAM_SHA256;

  private final UserStore users =
      UserStore.of(quickAccount("user", "pencil"), quickAccount("a,b=c", "comma"));
  private final SaslExchange exchange = new SaslExchange(users);

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "PLAIN")
  void acceptsARightPasswordAndProvesItself(SaslMechanism mechanism) {
    ScramClient client = ScramClient.of(mechanism, "user", "pencil");

    SaslReply challenge = start(exchange, mechanism, client.first());
    assertThat(challenge.status()).isEqualTo(Status.AUTH_CONTINUE);
    assertThat(exchange.user()).isNull();
    SaslReply last = step(exchange, client.last(text(challenge)));

    assertThat(last.status()).isEqualTo(Status.SUCCESS);
    assertThat(text(last)).isEqualTo(client.expectedServerLast());
    assertThat(exchange.user()).isEqualTo("user");
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "PLAIN")
  void refusesAWrongPassword(SaslMechanism mechanism) {
    assertThat(login(ScramClient.of(mechanism, "user", "pencil "), mechanism))
        .isEqualTo(Refusal.WRONG_CREDENTIALS);
    assertThat(exchange.user()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      value = {"|user|pencil", "|user|pencil|", "user|user|pencil", "other|user|pencil"},
      delimiter = ';')
  void acceptsARightPasswordInPlain(String message) {
    SaslReply reply = plain(message);

    assertThat(reply.status()).isEqualTo(Status.SUCCESS);
    assertThat(reply.payload()).isEmpty();
    assertThat(exchange.user()).isEqualTo("user");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"|user|pencil ", "|user|", "|user||", "|User|pencil", "|nobody|pencil", "|user|P"})
  void refusesAWrongPasswordInPlain(String message) {
    assertThat(plain(message)).isEqualTo(Refusal.WRONG_CREDENTIALS);
    assertThat(exchange.user()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "user", "user|pencil", "||pencil", "|user|pencil||", "|user|pen|cil"})
  void refusesMalformedPlain(String message) {
    assertThat(plain(message)).isEqualTo(Refusal.MALFORMED);
  }

  @Test
  void refusesPlainThatIsNotUtf8() {
    byte[] message = "\0user\0pencil".getBytes(UTF_8);
    message[message.length - 1] = (byte) 0xff;
    assertThat(exchange.start("PLAIN", message)).isEqualTo(Refusal.MALFORMED);

    message[1] = (byte) 0xc0;
    assertThat(exchange.start("PLAIN", message)).isEqualTo(Refusal.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "n",
        "n,",
        "n,,",
        "n,,n=user",
        "n,,r=nonce",
        "n,,n=user,r=",
        "n,,n=,r=nonce",
        "n,,n=user,r=nonce,",
        "n,,,n=user,r=nonce",
        "n,,n=user,,r=nonce",
        "n,,n=user,r=nonce,r=nonce",
        "n,,n=user,n=user,r=nonce",
        "n,,n=user,r=nonce,x=extension",
        "n,,m=extension,n=user,r=nonce",
        "n,,n=user,r=no\tnce",
        "n,,n=user,r=n\u00f6nce",
        "n,,n=us\0er,r=nonce",
        "n,,n=us=er,r=nonce",
        "n,,n=us=2cer,r=nonce",
        "n,,n=us=2,r=nonce",
        "n,,n=user=,r=nonce",
        "n,user,n=user,r=nonce",
        "n,a=,n=user,r=nonce",
        "x,,n=user,r=nonce",
        "N,,n=user,r=nonce",
        "nn,,n=user,r=nonce",
        ",,n=user,r=nonce",
        "n=user,r=nonce",
        "n,,nn=user,r=nonce",
        "n,,1=user,r=nonce"
      })
  void refusesAMalformedFirstMessage(String message) {
    assertThat(start(exchange, SCRAM, message)).isEqualTo(Refusal.MALFORMED);
    assertThat(step(exchange, "c=biws,r=nonce,p=AAAA")).isEqualTo(Refusal.NOT_STARTED);
  }

  @Test
  void refusesAFirstMessageThatIsNotUtf8() {
    byte[] message = "n,,n=user,r=nonce".getBytes(UTF_8);
    message[5] = (byte) 0x80;

    assertThat(exchange.start(SCRAM.wireName(), message)).isEqualTo(Refusal.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c=biws",
        "c=biws,r=NONCE",
        "c=biws,p=PROOF",
        "r=NONCE,p=PROOF",
        "c=biws,r=NONCE,p=PROOF=",
        "c=biws,r=NONCE,p=PROOF,",
        "c=biws,r=NONCE,p=PROOF,x=late",
        "c=biws,r=NONCE,p=PROOF,p=PROOF",
        "p=PROOF,c=biws,r=NONCE",
        "c=biws,c=biws,r=NONCE,p=PROOF",
        "c=biws,r=NONCE,r=NONCE,p=PROOF",
        "c=biws,m=mandatory,r=NONCE,p=PROOF",
        "c=biws,r=NONCE,p=!!!!",
        "c=biws,,r=NONCE,p=PROOF",
        "=biws,r=NONCE,p=PROOF"
      })
  void refusesAMalformedFinalMessage(String template) {
    ScramClient client = ScramClient.of(SCRAM, "user", "pencil");
    String last = client.last(text(start(exchange, SCRAM, client.first())));
    String nonce = last.substring(last.indexOf("r=") + 2, last.indexOf(",p="));
    String proof = last.substring(last.indexOf(",p=") + 3);

    assertThat(step(exchange, template.replace("NONCE", nonce).replace("PROOF", proof)))
        .isEqualTo(Refusal.MALFORMED);
    assertThat(step(exchange, last)).isEqualTo(Refusal.NOT_STARTED);
    assertThat(exchange.user()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      value = {"r=;r=x", "c=biws;c=eSws", "c=biws;c=biw=", ",p=;x,p="},
      delimiter = ';')
  void refusesAFinalMessageOfAnotherExchange(String part, String replacement) {
    ScramClient client = ScramClient.of(SCRAM, "user", "pencil");
    String last = client.last(text(start(exchange, SCRAM, client.first())));

    assertThat(step(exchange, last.replace(part, replacement))).isEqualTo(Refusal.FOREIGN);
  }

  @Test
  void refusesTheReplayOfAFinalMessage() {
    ScramClient client = ScramClient.of(SCRAM, "user", "pencil");
    String last = client.last(text(start(exchange, SCRAM, client.first())));
    assertThat(step(exchange, last).status()).isEqualTo(Status.SUCCESS);

    start(exchange, SCRAM, client.first());
    assertThat(step(exchange, last)).isEqualTo(Refusal.FOREIGN);
    assertThat(exchange.user()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AAAA", "AA==", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})
  void refusesProofsOfAnotherLength(String proof) {
    ScramClient client = ScramClient.of(SCRAM, "user", "pencil");
    String last = client.last(text(start(exchange, SCRAM, client.first())));

    assertThat(step(exchange, last.substring(0, last.indexOf(",p=") + 3) + proof))
        .isEqualTo(Refusal.WRONG_CREDENTIALS);
  }

  @Test
  void anExtensionInTheFinalMessageIsCoveredByTheProof() {
    ScramClient client = ScramClient.of(SCRAM, "user", "pencil");
    String challenge = text(start(exchange, SCRAM, client.first()));
    String last = client.last(challenge);

    assertThat(step(exchange, last.replace(",p=", ",x=extension,p=")))
        .isEqualTo(Refusal.WRONG_CREDENTIALS);
  }

  @ParameterizedTest
  @CsvSource(
      value = {"n,,", "y,,", "n,a=admin,", "y,a=admin,"},
      delimiter = ';')
  void acceptsEveryHeaderWithoutChannelBinding(String header) {
    ScramClient client = new ScramClient("SHA256", header, "user", "pencil", "nonce");

    assertThat(login(client, SCRAM).status()).isEqualTo(Status.SUCCESS);
    assertThat(exchange.user()).isEqualTo("user");
  }

  /** Captured from couchbase 4.7.0 on npm, whose core is couchbase-cxx-client 1.3.1. */
  @Test
  void acceptsTheBlanksInNoncesOfTheCppSdk() {
    String nonce = "0xffffffba 0x44 0x2c 0xffffffae 0xffffff8d 0xffffff83 0x76 0x09";

    ScramClient client = new ScramClient("SHA256", "n,,", "user", "pencil", nonce);

    assertThat(login(client, SCRAM).status()).isEqualTo(Status.SUCCESS);
  }

  @Test
  void refusesChannelBinding() {
    assertThat(start(exchange, SCRAM, "p=tls-unique,,n=user,r=nonce"))
        .isEqualTo(Refusal.CHANNEL_BINDING);
  }

  @Test
  void acceptsNameAndNonceInEitherOrder() {
    assertThat(start(exchange, SCRAM, "n,,r=nonce,n=user").status())
        .isEqualTo(Status.AUTH_CONTINUE);
  }

  @Test
  void unescapesNames() {
    assertThat(login(ScramClient.of(SCRAM, "a=2Cb=3Dc", "comma"), SCRAM).status())
        .isEqualTo(Status.SUCCESS);
    assertThat(exchange.user()).isEqualTo("a,b=c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "CRAM-MD5", "SCRAM-SHA512-PLUS", "SCRAM-SHA", "PLAIN ", "PLA\u0131N"})
  void refusesAMechanismThatIsNotOffered(String mechanism) {
    SaslReply reply = exchange.start(mechanism, "n,,n=user,r=nonce".getBytes(UTF_8));

    assertThat(reply).isEqualTo(Refusal.UNSUPPORTED_MECHANISM);
    assertThat(reply.status()).isEqualTo(Status.AUTH_ERROR);
    assertThat(reply.payload()).isEmpty();
    assertThat(((Refusal) reply).context()).contains(SaslMechanism.list());
  }

  @Test
  void refusesAStepWithoutAStart() {
    SaslReply reply = step(exchange, "c=biws,r=nonce,p=AAAA");

    assertThat(reply).isEqualTo(Refusal.NOT_STARTED);
    assertThat(reply.status()).isEqualTo(Status.EINVAL);
  }

  @Test
  void refusesAStartWhileAStepIsDueAndGoesOn() {
    ScramClient client = ScramClient.of(SCRAM, "user", "pencil");
    String challenge = text(start(exchange, SCRAM, client.first()));

    assertThat(plain("|user|pencil")).isEqualTo(Refusal.STEP_DUE);
    assertThat(start(exchange, SCRAM, client.first())).isEqualTo(Refusal.STEP_DUE);
    assertThat(step(exchange, client.last(challenge)).status()).isEqualTo(Status.SUCCESS);
  }

  @Test
  void refusesMessagesThatAreTooLong() {
    String nonce = "x".repeat(SaslExchange.MAX_MESSAGE_BYTES);

    assertThat(start(exchange, SCRAM, "n,,n=user,r=" + nonce)).isEqualTo(Refusal.TOO_LONG);
    assertThat(plain("|user|" + nonce)).isEqualTo(Refusal.TOO_LONG);
    start(exchange, SCRAM, "n,,n=user,r=nonce");
    assertThat(step(exchange, "c=biws,r=" + nonce + ",p=AAAA")).isEqualTo(Refusal.TOO_LONG);
    assertThat(step(exchange, "c=biws,r=nonce,p=AAAA")).isEqualTo(Refusal.NOT_STARTED);
  }

  @Test
  void takesMessagesOfTheGreatestLength() {
    String prefix = "n,,n=user,r=";
    String nonce = "x".repeat(SaslExchange.MAX_MESSAGE_BYTES - prefix.length());

    assertThat(start(exchange, SCRAM, prefix + nonce).status()).isEqualTo(Status.AUTH_CONTINUE);
  }

  @Test
  void mayAuthenticateAgainAsSomebodyElse() {
    assertThat(plain("|user|pencil").status()).isEqualTo(Status.SUCCESS);
    assertThat(exchange.user()).isEqualTo("user");

    assertThat(login(ScramClient.of(SCRAM, "a=2Cb=3Dc", "comma"), SCRAM).status())
        .isEqualTo(Status.SUCCESS);
    assertThat(exchange.user()).isEqualTo("a,b=c");
  }

  @Test
  void mayTryAgainAfterAFailure() {
    assertThat(login(ScramClient.of(SCRAM, "user", "wrong"), SCRAM).status())
        .isEqualTo(Status.AUTH_ERROR);
    assertThat(login(ScramClient.of(SCRAM, "user", "pencil"), SCRAM).status())
        .isEqualTo(Status.SUCCESS);
  }

  @ParameterizedTest
  @CsvSource({"CRAM-MD5, x", "SCRAM-SHA1, x", "SCRAM-SHA1, 'n,,n=user,r=nonce'", "PLAIN, x"})
  void aNewStartEndsTheAuthenticationBeforeIt(String mechanism, String message) {
    plain("|user|pencil");
    assertThat(exchange.user()).isEqualTo("user");

    exchange.start(mechanism, message.getBytes(UTF_8));
    assertThat(exchange.user()).isNull();
  }

  @Test
  void everyChallengeHasItsOwnNonceOfSixteenHexDigits() {
    Set<String> nonces = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      SaslReply challenge = start(new SaslExchange(users), SCRAM, "n,,n=user,r=nonce");
      assertThat(text(challenge)).matches("r=nonce[0-9a-f]{16},s=[A-Za-z0-9+/]+=*,i=10");
      nonces.add(text(challenge));
    }
    assertThat(nonces).hasSize(100);
  }

  private SaslReply plain(String message) {
    return start(exchange, SaslMechanism.PLAIN, message.replace('|', '\0'));
  }

  private SaslReply login(ScramClient client, SaslMechanism mechanism) {
    SaslReply challenge = start(exchange, mechanism, client.first());
    return step(exchange, client.last(text(challenge)));
  }
}
