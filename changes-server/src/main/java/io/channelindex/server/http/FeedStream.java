package io.channelindex.server.http;

import io.channelindex.index.read.Follower;
import io.channelindex.index.read.Page;
import io.channelindex.index.read.Row;
import io.channelindex.index.read.Since;
import io.channelindex.server.documents.DocumentException;
import io.channelindex.storage.IndexStorageException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One feed, from its first byte to its last.
 *
 * <pre>
 *  OPENING ──▶ READING ──▶ (LOADING documents) ──▶ row bytes ─┬─▶ READING      more is there
 *     ▲           ▲ │                                          ├─▶ DRAINING     client is behind
 *     └───────────┴─┴── BACKING_OFF ◀── index cannot be read   ├─▶ WAITING      caught up
 *                                                              └─▶ ENDED
 * </pre>
 *
 * <p>Holds one page at most: while the response's queue is full the follower is not asked. What
 * ends the feed in order may come in any state, as may the client's leaving; both free the follower
 * at once. An error after the first byte cuts the connection, so that no client takes it for the
 * end.
 *
 * <p>Confined to the context of its request, but for {@link #shutDown}.
 */
final class FeedStream {
  private static final Logger LOG = LoggerFactory.getLogger(FeedStream.class);

  private enum State {
    OPENING,
    READING,
    LOADING,
    DRAINING,
    WAITING,
    BACKING_OFF,
    ENDED
  }

  private final Exchange exchange;
  private final HttpServerResponse response;
  private final Context context;
  private final HostedDatabase database;
  private final FeedOptions options;
  private final Supplier<CompletionStage<? extends Since>> since;
  private final OpenFeeds feeds;
  private final EncodedRows rows;
  private final FrontMeters meters;
  private final FeedFraming framing;
  private final RowSelection selection;
  private final RowDocuments documents;
  private final IndexWait indexWait;
  private final QuietTimer quiet;

  private State state = State.OPENING;
  private @Nullable Follower follower;
  private @Nullable String lastSeq;
  private long pending;
  private long sent;

  /** Its timeout passed while a read was under way. */
  private boolean overdue;

  FeedStream(
      Exchange exchange,
      HostedDatabase database,
      FeedOptions options,
      Supplier<CompletionStage<? extends Since>> since,
      FeedLimits limits,
      OpenFeeds feeds,
      EncodedRows rows,
      FrontMeters meters) {
    this.exchange = exchange;
    this.response = exchange.response();
    this.context = exchange.context();
    this.database = database;
    this.options = options;
    this.since = since;
    this.feeds = feeds;
    this.rows = rows;
    this.meters = meters;
    this.framing = new FeedFraming(options.feed());
    int pageSize = options.includesBodies() ? limits.documentsPerPage() : limits.rowsPerPage();
    this.selection = new RowSelection(options.documentIds(), options.limit(), pageSize);
    this.documents = new RowDocuments(database, options.channels());
    this.indexWait = new IndexWait(context.owner(), limits, meters);
    this.quiet =
        options.heartbeat().isZero()
            ? new QuietTimer(context.owner(), options.timeout(), this::timeOut)
            : new QuietTimer(context.owner(), options.heartbeat(), this::beat);
    this.lastSeq = options.sinceAgain();
  }

  FeedKind kind() {
    return options.feed();
  }

  /** Begins; once. */
  void start() {
    exchange.whenEnded(this::release);
    if (kind().waits()) {
      // Proxies and clients see life even before the first row.
      Buffer out = Buffer.buffer();
      framing.begin(out);
      flush(out);
      quiet.start();
    }
    open();
  }

  /** Ends a feed that waits, in order; others are near their end anyway. From any thread. */
  void shutDown() {
    context.runOnContext(
        now -> {
          if (state != State.ENDED && kind().waits()) {
            finish(Buffer.buffer());
          }
        });
  }

  private void open() {
    state = State.OPENING;
    await(
        () -> since.get().thenCompose(begin -> database.follow(options.request(begin))),
        this::opened,
        this::open);
  }

  private void opened(Follower opened) {
    indexWait.over();
    follower = opened;
    lastSeq = opened.lastSeq();
    read();
  }

  private void read() {
    if (response.writeQueueFull()) {
      state = State.DRAINING;
      response.drainHandler(drained -> guarded(this::drained));
      return;
    }
    state = State.READING;
    await(() -> follower().next(selection.ask(sent)), this::arrived, this::read);
  }

  private void drained() {
    if (state == State.DRAINING) {
      read();
    }
  }

  private void arrived(Page page) {
    indexWait.over();
    Page selected = selection.of(page, sent);
    if (options.includesBodies() && !selected.rows().isEmpty()) {
      load(selected);
    } else {
      deliver(selected, List.of());
    }
  }

  private void load(Page page) {
    state = State.LOADING;
    await(
        () -> documents.of(page.rows()),
        bodies -> {
          indexWait.over();
          deliver(page, bodies);
        },
        () -> load(page));
  }

  private void deliver(Page page, List<Optional<byte[]>> bodies) {
    int count = page.rows().size();
    List<byte[]> encoded = new ArrayList<>(count);
    int bytes = 0;
    for (Row row : page.rows()) {
      byte[] json = rows.json(row);
      encoded.add(json);
      bytes += json.length + FeedFraming.MAX_ROW_BYTES;
    }
    Buffer out = Buffer.buffer(bytes);
    framing.begin(out);
    for (int i = 0; i < count; i++) {
      byte[] body = bodies.isEmpty() ? null : bodies.get(i).orElse(null);
      framing.row(out, encoded.get(i), body);
    }
    sent += count;
    lastSeq = page.lastSeq();
    pending = page.pending();
    if (count > 0) {
      meters.rows(count);
      quiet.touch();
      overdue = false;
    }
    if (selection.isComplete(sent) || (page.caughtUp() && endsWhenCaughtUp())) {
      finish(out);
      return;
    }
    flush(out);
    if (page.caughtUp()) {
      state = State.WAITING;
      await(() -> follower().news(), news -> read(), this::read);
    } else {
      read();
    }
  }

  private boolean endsWhenCaughtUp() {
    return kind() == FeedKind.NORMAL || (kind() == FeedKind.LONGPOLL && sent > 0) || overdue;
  }

  /**
   * Goes on in this context when a stage completes, never from within this call: a follower that
   * answers at once would have us recurse once per page. A feed that ended meanwhile does not.
   *
   * @param again what to do when the index can be read again, if this feed may wait for that
   */
  private <T> void await(
      Supplier<CompletionStage<T>> begin, Consumer<? super T> then, Runnable again) {
    CompletionStage<T> stage;
    try {
      stage = begin.get();
    } catch (RuntimeException e) {
      failed(e, again);
      return;
    }
    stage.whenComplete(
        (value, failure) ->
            context.runOnContext(
                now -> {
                  if (state == State.ENDED) {
                    discard(value);
                  } else if (failure != null) {
                    failed(failure, again);
                  } else {
                    guarded(() -> then.accept(value));
                  }
                }));
  }

  /** A follower that was opened for a client that has gone is nobody's but ours to close. */
  private static void discard(@Nullable Object value) {
    if (value instanceof Follower late) {
      late.close();
    }
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      cut(e);
    }
  }

  private void failed(Throwable failure, Runnable again) {
    Throwable cause = HttpProblem.causeOf(failure);
    if (kind().waits() && isTemporary(cause)) {
      if (!indexWait.isWaiting()) {
        LOG.warn("feed waits for the index: {}, cause={}", this, cause.toString());
      }
      if (overdue) {
        finish(Buffer.buffer());
        return;
      }
      state = State.BACKING_OFF;
      indexWait.retry(() -> guarded(again));
    } else if (response.headWritten()) {
      cut(cause);
    } else {
      release();
      exchange.fail(cause);
    }
  }

  private static boolean isTemporary(Throwable cause) {
    return cause instanceof IndexStorageException
        || (cause instanceof DocumentException refused
            && refused.reason() == DocumentException.Reason.UNAVAILABLE);
  }

  private void beat() {
    // A client that is behind is not quiet, and its queue has no room for more.
    if (!response.writeQueueFull()) {
      meters.heartbeat();
      flush(Buffer.buffer("\n"));
    }
  }

  private void timeOut() {
    switch (state) {
      case WAITING, BACKING_OFF -> finish(Buffer.buffer());
      // A slow read may be about to bring rows: ended now, and asked for again by a client with
      // the same timeout, the feed would never get past it.
      case OPENING, READING -> overdue = true;
      case LOADING, DRAINING, ENDED -> overdue = false;
    }
  }

  private void flush(Buffer out) {
    if (!response.headWritten()) {
      putHeaders();
      response.setChunked(true);
    }
    if (out.length() > 0) {
      meters.bytes(out.length());
      response.write(out);
    } else if (!response.headWritten()) {
      response.writeHead();
    }
  }

  private void finish(Buffer out) {
    if (lastSeq == null) {
      // Asked for "now" and never got to know when that was: any token would be a lie.
      cut(new IllegalStateException("the feed ends before its beginning is known"));
      return;
    }
    if (!response.headWritten()) {
      putHeaders();
    }
    framing.begin(out);
    framing.end(out, lastSeq, pending);
    meters.bytes(out.length());
    release();
    response.end(out);
  }

  private void putHeaders() {
    response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    exchange.forbidCaching();
    if (kind().waits()) {
      // A compressor would hold rows back until it has enough of them.
      response.putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
    }
  }

  private void cut(Throwable cause) {
    LOG.warn("feed cut: {}", this, cause);
    meters.feedCut();
    release();
    exchange.request().connection().close();
  }

  private void release() {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    quiet.stop();
    indexWait.over();
    feeds.remove(this);
    if (follower != null) {
      follower.close();
    }
  }

  private Follower follower() {
    return Objects.requireNonNull(follower);
  }

  @Override
  public String toString() {
    return "database="
        + database.name()
        + ", feed="
        + kind().word()
        + ", client="
        + exchange.request().remoteAddress()
        + ", sent="
        + sent;
  }
}
