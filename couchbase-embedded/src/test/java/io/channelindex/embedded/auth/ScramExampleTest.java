package io.channelindex.embedded.auth;

import static io.channelindex.embedded.auth.Exchanges.account;
import static io.channelindex.embedded.auth.Exchanges.start;
import static io.channelindex.embedded.auth.Exchanges.step;
import static io.channelindex.embedded.auth.Exchanges.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Status;
import org.junit.jupiter.api.Test;

/** Exchanges that others have published or had: the standards' examples and the captures. */
class ScramExampleTest {
  @Test
  void exampleOfRfc5802() {
    SaslExchange exchange =
        exchange(account("user", "pencil", "QSXCR+Q6sek8bf92", 4096), "3rfcNHYJY1ZVvWVs7j");

    SaslReply first =
        start(exchange, SaslMechanism.SCRAM_SHA1, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    assertThat(first.status()).isEqualTo(Status.AUTH_CONTINUE);
    assertThat(text(first))
        .isEqualTo("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");

    SaslReply last =
        step(
            exchange,
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
                + "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    assertThat(last.status()).isEqualTo(Status.SUCCESS);
    assertThat(text(last)).isEqualTo("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
    assertThat(exchange.user()).isEqualTo("user");
  }

  @Test
  void exampleOfRfc7677() {
    SaslExchange exchange =
        exchange(
            account("user", "pencil", "W22ZaJ0SNY7soEsUEjb6gQ==", 4096),
            "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");

    SaslReply first =
        start(exchange, SaslMechanism.SCRAM_SHA256, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    assertThat(text(first))
        .isEqualTo(
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");

    SaslReply last =
        step(
            exchange,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    assertThat(text(last)).isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    assertThat(exchange.user()).isEqualTo("user");
  }

  /** The DCP client's first connection to 7.6.12. */
  @Test
  void capturedExchangeWith7() {
    String salt =
        "fJxokP6WqIwSOWm3q6phrDtdvCuP93eahIpFe8rFUabvWvUgUFP8JcyYW2+sL1TtgcwY/8hU4HlPKT7cOauTRw==";
    SaslExchange exchange =
        exchange(account("Administrator", "password", salt, 4000), "c3a1f5d02ef10884");

    SaslReply first =
        start(
            exchange,
            SaslMechanism.SCRAM_SHA512,
            "n,,n=Administrator,r=d1N2ds7RHygKrf0EkMkDWFDSBM5h");
    assertThat(text(first))
        .isEqualTo("r=d1N2ds7RHygKrf0EkMkDWFDSBM5hc3a1f5d02ef10884,s=" + salt + ",i=4000");

    SaslReply last =
        step(
            exchange,
            "c=biws,r=d1N2ds7RHygKrf0EkMkDWFDSBM5hc3a1f5d02ef10884,"
                + "p=23I5FAa7QOZhT/KWvpbfbV/2/F2M4KseEOE4Yv18pXvQNFRkyD9RYFt7aZTr0xH8cDPG3+tJKvAK"
                + "JfwPsFumRA==");
    assertThat(last.status()).isEqualTo(Status.SUCCESS);
    assertThat(text(last))
        .isEqualTo(
            "v=iXxvH7JoIcIAh+UYEIOGy6n6kao4/2AyLyT3ZPc86ti4emo7xs13kPh1jRIy32eWXUFrgFHqlu04sT344x"
                + "aljg==");
  }

  /** The DCP client's first connection to 6.0.5, whose nonces look different. */
  @Test
  void capturedExchangeWith6() {
    String salt =
        "2JaOlAehY08cqZ7q4+yfuLMySqm1xtJ8JqIwjtx7p322mUy9zO9+DPZwL2EUJedKrqBuUAD7UcBV1DYYLxf80g==";
    SaslExchange exchange =
        exchange(
            account("Administrator", "password", salt, 4000),
            "6114ffffffcbffffff92ffffffacffffff8fffffffbd70");

    start(
        exchange, SaslMechanism.SCRAM_SHA512, "n,,n=Administrator,r=IEufNxGviPtcG9o4sDz2epz3SAQK");
    SaslReply last =
        step(
            exchange,
            "c=biws,r=IEufNxGviPtcG9o4sDz2epz3SAQK6114ffffffcbffffff92ffffffacffffff8fffffffbd70,"
                + "p=s93uoLqs6RIV7ZSXRjRbQQiMJnMb8btpB5flhvsQ7NJVUuKqt5d0NYAupf0PZpHdQryWAVW+SdYr"
                + "8rnzccLDvg==");
    assertThat(text(last))
        .isEqualTo(
            "v=LCto/ekvLnG8CZt+eaxOAtTAAx47woIK8qdHmsMjfoVdM6dAsgxQlj92ce1YprCdXu/3ZAn7U6wRkW5jmu"
                + "m84w==");
  }

  private static SaslExchange exchange(Account account, String serverNonce) {
    return new SaslExchange(UserStore.of(account), () -> serverNonce);
  }
}
