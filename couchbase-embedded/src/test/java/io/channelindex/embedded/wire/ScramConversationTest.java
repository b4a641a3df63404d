package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScramConversationTest {
  private static final CaptureLog LOG = CaptureLog.read("dcp-client-0.56.0-to-7.6.12.log");

  @Test
  void theProofAndTheServersAnswerAreThoseOfARealLogin() {
    ScramConversation scram =
        new ScramConversation("Administrator", "password", "d1N2ds7RHygKrf0EkMkDWFDSBM5h");

    assertThat(scram.clientFirst()).isEqualTo(LOG.at(3).frame().text());
    assertThat(scram.clientFinal(LOG.at(4).frame().text())).isEqualTo(LOG.at(5).frame().text());
    assertThat(scram.expectedServerFinal()).isEqualTo(LOG.at(6).frame().text());
  }

  @Test
  void anotherPasswordGivesAnotherProof() {
    ScramConversation scram =
        new ScramConversation("Administrator", "Password", "d1N2ds7RHygKrf0EkMkDWFDSBM5h");

    assertThat(scram.clientFinal(LOG.at(4).frame().text())).isNotEqualTo(LOG.at(5).frame().text());
  }

  @Test
  void aServerThatDoesNotContinueTheNonceIsRefused() {
    ScramConversation scram = new ScramConversation("Administrator", "password", "mine");

    assertThatThrownBy(() -> scram.clientFinal("r=yours,s=AAAA,i=10"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("nonce=yours clientNonce=mine");
    assertThatThrownBy(() -> scram.clientFinal("r=mine,s=AAAA,i=10"))
        .isInstanceOf(IllegalStateException.class);
  }
}
