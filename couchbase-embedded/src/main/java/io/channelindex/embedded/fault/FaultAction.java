package io.channelindex.embedded.fault;

import io.channelindex.embedded.dcp.StreamEndReason;
import io.channelindex.embedded.engine.Loss;
import io.channelindex.embedded.protocol.Status;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a rule does when it fires. Immutable values, made by the static methods.
 *
 * <p>A request that is delayed holds up everything behind it on its connection, as on the real
 * server; on a connection that agreed on unordered execution other requests overtake it, if both
 * are of the kind that the real server reorders: those of documents, except {@code GET_META}.
 */
public sealed interface FaultAction {
  /** The longest delay or stall that has an end. */
  Duration LONGEST = Duration.ofDays(365);

  /** When a connection is closed. */
  enum Moment {
    /** Before the request is executed, or before the message is sent. */
    BEFORE,
    /** After the request was executed, without its answer, or after the message was sent. */
    AFTER
  }

  /** The request is not executed; its answer is {@code code}. */
  record AnswerWith(int code) implements FaultAction {
    /** Refuses what is not a u16. */
    public AnswerWith {
      require(code >= 0 && code <= 0xffff, "status=" + code + ", allowed=0 to 65535");
    }
  }

  /** The request is executed and answered after {@code delay}. */
  record DelayExecution(Duration delay) implements FaultAction {
    /** Refuses durations that are not positive or longer than {@link #LONGEST}. */
    public DelayExecution {
      requireWait(delay);
    }
  }

  /** The request is executed at once and answered after {@code delay}; a message is sent then. */
  record DelayAnswer(Duration delay) implements FaultAction {
    /** Refuses durations that are not positive or longer than {@link #LONGEST}. */
    public DelayAnswer {
      requireWait(delay);
    }
  }

  /** The request is neither executed nor answered. */
  record DropRequest() implements FaultAction {}

  /** The request is executed and never answered. */
  record DropAnswer() implements FaultAction {}

  /** The connection is closed. */
  record Disconnect(Moment moment) implements FaultAction {}

  /** The request is executed; of the answer or message the first bytes are sent, then the end. */
  record Cut(int bytes) implements FaultAction {
    /** Refuses a negative length. */
    public Cut {
      require(bytes >= 0, "bytes=" + bytes + ", minimum=0");
    }
  }

  /** The connection is not read, beginning with this request; empty: until it is released. */
  record StallReading(Optional<Duration> duration) implements FaultAction {
    /** Refuses durations that are not positive or longer than {@link #LONGEST}. */
    public StallReading {
      duration.ifPresent(FaultAction::requireWait);
    }
  }

  /** Nothing is sent, beginning with this answer or message; empty: until it is released. */
  record StallWriting(Optional<Duration> duration) implements FaultAction {
    /** Refuses durations that are not positive or longer than {@link #LONGEST}. */
    public StallWriting {
      duration.ifPresent(FaultAction::requireWait);
    }
  }

  /** The bucket crashes after the request was executed or the message was sent. */
  record Crash(Loss loss) implements FaultAction {}

  /** The node's clock jumps before the request is executed or the message is sent. */
  record MoveClock(Duration by) implements FaultAction {}

  /** The stream ends instead of sending the message. */
  record EndStream(StreamEndReason reason) implements FaultAction {}

  /** Answers without executing, as the node itself answers with this status. */
  static FaultAction status(Status status) {
    return new AnswerWith(status.code());
  }

  /** Answers without executing; {@code code} may be one that the node itself never uses. */
  static FaultAction status(int code) {
    return new AnswerWith(code);
  }

  /** Executes later. */
  static FaultAction delayExecution(Duration delay) {
    return new DelayExecution(delay);
  }

  /** Executes now and answers later; sends a message, and all behind it, later. */
  static FaultAction delayAnswer(Duration delay) {
    return new DelayAnswer(delay);
  }

  /** Neither executes nor answers; the connection stays. */
  static FaultAction dropRequest() {
    return new DropRequest();
  }

  /** Executes and does not answer; the connection stays. */
  static FaultAction dropAnswer() {
    return new DropAnswer();
  }

  /** Closes the connection; the request is not executed, the message not sent. */
  static FaultAction disconnect() {
    return new Disconnect(Moment.BEFORE);
  }

  /** Executes, does not answer, and closes the connection; closes it after a message. */
  static FaultAction disconnectAfter() {
    return new Disconnect(Moment.AFTER);
  }

  /** Sends the first bytes of the answer or message, at most, and closes the connection. */
  static FaultAction cutAfter(int bytes) {
    return new Cut(bytes);
  }

  /** Reads nothing more for a while: this request waits, and the client's socket fills up. */
  static FaultAction stallReading(Duration duration) {
    return new StallReading(Optional.of(duration));
  }

  /** Reads nothing more until {@link Faults#release()}. */
  static FaultAction stallReading() {
    return new StallReading(Optional.empty());
  }

  /**
   * Sends nothing for a while. Answers and stream messages queue up to the connection's usual
   * bound; then its requests are not read any further.
   */
  static FaultAction stallWriting(Duration duration) {
    return new StallWriting(Optional.of(duration));
  }

  /** Sends nothing until {@link Faults#release()}. */
  static FaultAction stallWriting() {
    return new StallWriting(Optional.empty());
  }

  /**
   * Crashes the connection's bucket, as {@code EmbeddedBucket.crash()}: its clients lose their
   * connections, and it loses what was not persisted. Without a selected bucket only the connection
   * is closed.
   */
  static FaultAction crash() {
    return new Crash(new Loss.Unpersisted());
  }

  /**
   * Crashes the connection's bucket, and the last seqnos of some vbuckets are lost whether they
   * were persisted or not, as when a replica that lags takes over. Only what was written since the
   * plan was installed can be lost.
   *
   * @param seqnos how many; a durable write takes two
   * @param vbuckets which; all if none is named
   */
  static FaultAction crashLosing(long seqnos, int... vbuckets) {
    Set<Integer> chosen = Arrays.stream(vbuckets).boxed().collect(Collectors.toUnmodifiableSet());
    return new Crash(new Loss.Tail(seqnos, chosen));
  }

  /** Moves the node's clock, backwards by a negative duration. */
  static FaultAction moveClock(Duration by) {
    return new MoveClock(by);
  }

  /** Ends the stream instead of sending the message. */
  static FaultAction endStream(StreamEndReason reason) {
    return new EndStream(reason);
  }

  private static void requireWait(Duration duration) {
    require(
        !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST) <= 0,
        "duration=" + duration + ", allowed=above 0, up to " + LONGEST);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
