package io.channelindex.perf.follow;

import io.channelindex.perf.load.ChannelPlan.Appearance;
import io.channelindex.perf.load.Namespace;
import io.channelindex.perf.measure.TimeSource;
import io.channelindex.perf.oracle.Fingerprint;
import io.channelindex.perf.oracle.FollowerView;
import io.channelindex.perf.oracle.WriteLog;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * One client that follows a channel and starts again where it was when an answer ends or breaks
 * off. Everything happens on the thread of its event loop.
 */
final class Follower {
  private static final int OK = 200;
  private static final Duration RETRY = Duration.ofMillis(200);
  private static final Duration HEARTBEAT = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final HttpClient client;
  private final FeedAddress address;
  private final Namespace namespace;
  private final TimeSource time;
  private final FollowerView view;
  private final Runnable listening;
  private final LineSplitter splitter = new LineSplitter(this::line);
  private final FeedLine line = new FeedLine();
  private byte[] token = {'0'};
  private int tokenLength = 1;
  private long chunkNanos;
  private boolean closed;
  private boolean interrupted;
  private long requests;
  private long interruptions;
  private long tokens;
  private long tokenBytes;
  private long longestToken;
  private String firstInterruption = "";

  /**
   * @param listening run when the first answer has begun
   */
  Follower(
      Vertx vertx,
      HttpClient client,
      FeedAddress address,
      Namespace namespace,
      TimeSource time,
      FollowerView view,
      Runnable listening) {
    this.vertx = vertx;
    this.client = client;
    this.address = address;
    this.namespace = namespace;
    this.time = time;
    this.view = view;
    this.listening = listening;
  }

  /** Asks for the feed from where the follower is. */
  void ask() {
    if (closed) {
      return;
    }
    interrupted = false;
    String since = new String(token, 0, tokenLength, StandardCharsets.US_ASCII);
    String path = address.path(namespace.channel(view.channel()), since, HEARTBEAT);
    client
        .request(HttpMethod.GET, address.port(), address.host(), path)
        .compose(request -> request.send())
        .onSuccess(this::answered)
        .onFailure(failure -> interrupted(String.valueOf(failure)));
  }

  /** Asks no more; an answer that is under way ends with the client's connections. */
  void close() {
    closed = true;
  }

  private void answered(HttpClientResponse response) {
    if (response.statusCode() != OK) {
      response
          .body()
          .onComplete(
              body -> interrupted("status=" + response.statusCode() + ", body=" + body.result()));
      return;
    }
    if (requests++ == 0) {
      listening.run();
    }
    response.exceptionHandler(failure -> interrupted(String.valueOf(failure)));
    response.endHandler(ignored -> ended());
    response.handler(this::chunk);
  }

  private void chunk(Buffer chunk) {
    chunkNanos = time.nanos();
    try {
      splitter.chunk(chunk.getBytes());
    } catch (MalformedFeedException e) {
      view.disordered(String.valueOf(e.getMessage()));
    }
  }

  private void ended() {
    if (interrupted) {
      return;
    }
    chunk(Buffer.buffer("\n"));
    if (address.kind() == FeedKind.CONTINUOUS) {
      interrupted("a continuous feed ended");
    } else {
      ask();
    }
  }

  private void interrupted(String why) {
    if (closed || interrupted) {
      return;
    }
    interrupted = true;
    interruptions++;
    if (firstInterruption.isEmpty()) {
      firstInterruption = "interrupted: channel=" + view.channel() + ", " + why;
    }
    splitter.forget();
    vertx.setTimer(RETRY.toMillis(), ignored -> ask());
  }

  private void line(byte[] bytes, int from, int to) {
    FeedLine.Kind kind = line.read(bytes, from, to);
    if (kind == FeedLine.Kind.ROW) {
      row();
    }
    if (kind == FeedLine.Kind.ROW || kind == FeedLine.Kind.END) {
      keepToken();
    }
  }

  private void row() {
    Appearance appearance =
        line.isDeleted()
            ? Appearance.DELETED
            : line.isRemoved() ? Appearance.REMOVED : Appearance.ACTIVE;
    view.row(
        namespace.indexOf(line.bytes(), line.idFrom(), line.idTo()),
        line.generation(),
        Fingerprint.of(line.bytes(), line.revisionFrom(), line.revisionTo()),
        appearance,
        chunkNanos);
  }

  private void keepToken() {
    int length = line.tokenTo() - line.tokenFrom();
    if (length > token.length) {
      token = Arrays.copyOf(token, 2 * length);
    }
    System.arraycopy(line.bytes(), line.tokenFrom(), token, 0, length);
    tokenLength = length;
    tokens++;
    tokenBytes += length;
    longestToken = Math.max(longestToken, length);
  }

  /**
   * What it was shown so far.
   *
   * @param expected what it must have been shown in the end
   */
  FollowerTally tally(List<WriteLog.Expectation> expected) {
    long missed = view.missed(expected);
    String problem = view.firstProblem();
    if (problem.isEmpty() && missed > 0) {
      problem = view.firstMissed(expected);
    }
    return new FollowerTally(
        view.rows(),
        missed,
        view.repeated(),
        view.outOfOrder(),
        view.unexpected(),
        requests,
        interruptions,
        tokens,
        tokenBytes,
        longestToken,
        problem.isEmpty() ? firstInterruption : problem);
  }
}
