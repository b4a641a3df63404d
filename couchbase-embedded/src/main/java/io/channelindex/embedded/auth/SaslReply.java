package io.channelindex.embedded.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.channelindex.embedded.protocol.Status;

/** What a message of a SASL exchange is answered with. Immutable. */
public sealed interface SaslReply {
  /** The status of the response frame. */
  Status status();

  /** The value of the response frame, an array of the caller's own; empty if there is nothing. */
  byte[] payload();

  /**
   * The client has to go on with a step.
   *
   * @param message what it has to answer, ASCII
   */
  record Challenge(String message) implements SaslReply {
    @Override
    public Status status() {
      return Status.AUTH_CONTINUE;
    }

    @Override
    public byte[] payload() {
      return message.getBytes(US_ASCII);
    }
  }

  /**
   * The client is who it says it is.
   *
   * @param message the server's proof of the same, ASCII; empty for PLAIN
   */
  record Success(String message) implements SaslReply {
    @Override
    public Status status() {
      return Status.SUCCESS;
    }

    @Override
    public byte[] payload() {
      return message.getBytes(US_ASCII);
    }
  }

  /** The client is not authenticated by this message. */
  enum Refusal implements SaslReply {
    /** Unknown name or wrong password: which of the two is nobody's business. */
    WRONG_CREDENTIALS(Status.AUTH_ERROR, "Unknown user or wrong password"),
    UNSUPPORTED_MECHANISM(
        Status.AUTH_ERROR, "Mechanism not offered, must be one of: " + SaslMechanism.list()),
    /** A start while a step is due. The exchange goes on: the step may still come. */
    STEP_DUE(Status.EINVAL, "The exchange that was started has to be continued with a step"),
    /** A step without a start. */
    NOT_STARTED(Status.EINVAL, "There is no exchange to continue, it has to be started"),
    CHANNEL_BINDING(Status.EINVAL, "Channel binding is not offered"),
    MALFORMED(Status.EINVAL, "The message does not follow the mechanism's grammar"),
    /** A well-formed message with another nonce, or another header, than the exchange has. */
    FOREIGN(Status.EINVAL, "The message does not belong to this exchange"),
    TOO_LONG(
        Status.EINVAL, "The message has more than " + SaslExchange.MAX_MESSAGE_BYTES + " bytes");

    private static final byte[] NOTHING = {};

    private final Status status;
    private final String context;

    Refusal(Status status, String context) {
      this.status = status;
      this.context = context;
    }

    @Override
    public Status status() {
      return status;
    }

    @Override
    public byte[] payload() {
      return NOTHING;
    }

    /** An explanation for whoever develops the client; says nothing about the accounts. */
    public String context() {
      return context;
    }
  }
}
