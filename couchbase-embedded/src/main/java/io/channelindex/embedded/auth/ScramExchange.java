package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/**
 * One SCRAM exchange between the client's first and its final message.
 *
 * <pre>
 *   client                                        server
 *   n,,n=user,r=C                  ──first──▶
 *                                  ◀──first──     r=CS,s=salt,i=iterations
 *   c=biws,r=CS,p=proof            ──final──▶
 *                                  ◀──final──     v=signature
 * </pre>
 *
 * <p>Not safe for use by many threads. Source: RFC 5802, section 5.
 */
final class ScramExchange {
  private final ScramClientFirst clientFirst;
  private final Credential credential;
  private final String nonce;

  ScramExchange(ScramClientFirst clientFirst, Credential credential, String serverNonce) {
    this.clientFirst = clientFirst;
    this.credential = credential;
    this.nonce = clientFirst.nonce() + serverNonce;
  }

  /** Who the client says it is. */
  String userName() {
    return clientFirst.name();
  }

  /** The answer to the client's first message. */
  String serverFirst() {
    return "r=" + nonce + "," + credential.salt().attributes();
  }

  /** The answer to the client's final message; a verifier may have to be derived for it. */
  SaslReply finish(String message) {
    ScramClientFinal clientFinal = ScramClientFinal.parse(message);
    if (clientFinal == null) {
      return SaslReply.Refusal.MALFORMED;
    }
    String binding = Base64.getEncoder().encodeToString(clientFirst.header().getBytes(UTF_8));
    if (!clientFinal.nonce().equals(nonce) || !clientFinal.binding().equals(binding)) {
      return SaslReply.Refusal.FOREIGN;
    }
    byte[] authMessage =
        String.join(",", clientFirst.bare(), serverFirst(), clientFinal.withoutProof())
            .getBytes(UTF_8);
    ScramVerifier verifier = credential.verifier();
    if (!verifier.isSatisfiedBy(clientFinal.proof(), authMessage)) {
      return SaslReply.Refusal.WRONG_CREDENTIALS;
    }
    byte[] signature = verifier.serverSignature(authMessage);
    return new SaslReply.Success("v=" + Base64.getEncoder().encodeToString(signature));
  }
}
