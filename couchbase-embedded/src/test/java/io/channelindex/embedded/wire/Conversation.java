package io.channelindex.embedded.wire;

import io.channelindex.embedded.wire.Amendment.Eventually;
import io.channelindex.embedded.wire.Amendment.LeftOut;
import io.channelindex.embedded.wire.Amendment.MissingAnswer;
import io.channelindex.embedded.wire.Amendment.MissingRequest;
import io.channelindex.embedded.wire.Amendment.UnprintedRequest;
import io.channelindex.embedded.wire.Amendment.UnprintedRequest.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A capture with its requests and answers brought together.
 *
 * <p>Frames were written down as they passed two independent observers, so an answer may be printed
 * before its request, and several requests may be under way. Per connection and opcode answers come
 * in the order of the requests, which is what pairs them.
 */
final class Conversation {

  /**
   * One request and its answer.
   *
   * @param line where the request stands, or the answer if only that was printed
   * @param keyLength bytes that the request's key really had
   * @param response null if it was not printed
   */
  record Exchange(
      int line,
      int connection,
      Frame request,
      int keyLength,
      @Nullable CapturedFrame response,
      Repetition repetition) {

    /** How often a request is sent. */
    enum Repetition {
      ONCE,
      UNTIL_ANSWERED_AS_PRINTED
    }
  }

  private record Lane(int connection, int opcode) {}

  private final CaptureLog log;
  private final Map<Integer, List<Amendment>> amendments = new HashMap<>();
  private final Map<Lane, Deque<CapturedFrame>> waitingRequests = new HashMap<>();
  private final Map<Lane, Deque<CapturedFrame>> waitingResponses = new HashMap<>();
  private final List<Exchange> exchanges = new ArrayList<>();

  private Conversation(CaptureLog log, List<Amendment> amendments) {
    this.log = log;
    for (Amendment amendment : amendments) {
      log.at(amendment.line());
      this.amendments.computeIfAbsent(amendment.line(), l -> new ArrayList<>()).add(amendment);
    }
  }

  /**
   * Pairs the frames of {@code log}.
   *
   * @throws IllegalStateException naming the lines that found no partner and have no amendment
   */
  static Conversation of(CaptureLog log, List<Amendment> amendments) {
    Conversation conversation = new Conversation(log, amendments);
    log.frames().forEach(conversation::place);
    conversation.requireAllPaired();
    // Stable: what was inserted before a line stays before it.
    conversation.exchanges.sort(Comparator.comparingInt(Exchange::line));
    return conversation;
  }

  CaptureLog log() {
    return log;
  }

  /** In the order of the requests. */
  List<Exchange> exchanges() {
    return exchanges;
  }

  /** What the server sent on its own on one connection, without what is left out. */
  List<CapturedFrame> serverSent(int connection) {
    return log.frames().stream()
        .filter(frame -> frame.isServerSent() && frame.connection() == connection)
        .filter(frame -> amendmentsAt(frame.line()).noneMatch(LeftOut.class::isInstance))
        .toList();
  }

  private void place(CapturedFrame frame) {
    insert(frame, Place.BEFORE);
    if (!frame.isServerSent()) {
      Lane lane = new Lane(frame.connection(), frame.frame().opcode());
      if (frame.isRequest()) {
        placeRequest(lane, frame);
      } else {
        placeResponse(lane, frame);
      }
    }
    insert(frame, Place.BEHIND);
  }

  private void insert(CapturedFrame at, Place place) {
    amendmentsAt(at.line())
        .filter(UnprintedRequest.class::isInstance)
        .map(UnprintedRequest.class::cast)
        .filter(unprinted -> unprinted.place() == place)
        .forEach(unprinted -> addExchange(at, unprinted.request(), null));
  }

  private void placeRequest(Lane lane, CapturedFrame request) {
    if (amendmentsAt(request.line()).anyMatch(MissingAnswer.class::isInstance)) {
      exchanges.add(exchange(request, null));
      return;
    }
    CapturedFrame response = poll(waitingResponses, lane);
    if (response == null) {
      waitingRequests.computeIfAbsent(lane, l -> new ArrayDeque<>()).add(request);
    } else {
      exchanges.add(exchange(request, response));
    }
  }

  private void placeResponse(Lane lane, CapturedFrame response) {
    MissingRequest missing =
        amendmentsAt(response.line())
            .filter(MissingRequest.class::isInstance)
            .map(MissingRequest.class::cast)
            .findFirst()
            .orElse(null);
    if (missing != null) {
      addExchange(response, missing.request(), response);
      return;
    }
    CapturedFrame request = poll(waitingRequests, lane);
    if (request == null) {
      waitingResponses.computeIfAbsent(lane, l -> new ArrayDeque<>()).add(response);
    } else {
      exchanges.add(exchange(request, response));
    }
  }

  private void addExchange(CapturedFrame at, Frame request, @Nullable CapturedFrame response) {
    exchanges.add(
        new Exchange(
            at.line(),
            at.connection(),
            request,
            request.key().length,
            response,
            Exchange.Repetition.ONCE));
  }

  private Exchange exchange(CapturedFrame request, @Nullable CapturedFrame response) {
    boolean repeated = amendmentsAt(request.line()).anyMatch(Eventually.class::isInstance);
    return new Exchange(
        request.line(),
        request.connection(),
        request.frame(),
        request.keyLength(),
        response,
        repeated ? Exchange.Repetition.UNTIL_ANSWERED_AS_PRINTED : Exchange.Repetition.ONCE);
  }

  private void requireAllPaired() {
    List<Integer> alone =
        Stream.of(waitingRequests, waitingResponses)
            .flatMap(waiting -> waiting.values().stream())
            .flatMap(Deque::stream)
            .map(CapturedFrame::line)
            .sorted()
            .toList();
    if (!alone.isEmpty()) {
      throw new IllegalStateException("capture=" + log.name() + " unpaired lines=" + alone);
    }
  }

  private Stream<Amendment> amendmentsAt(int line) {
    return amendments.getOrDefault(line, List.of()).stream();
  }

  private static @Nullable CapturedFrame poll(Map<Lane, Deque<CapturedFrame>> waiting, Lane lane) {
    Deque<CapturedFrame> queue = waiting.get(lane);
    return queue == null ? null : queue.pollFirst();
  }
}
