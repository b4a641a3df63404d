package io.channelindex.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.index.read.Since;
import io.channelindex.sequence.token.TokenException;
import io.channelindex.storage.IndexStorageException;
import io.vertx.core.http.HttpMethod;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code GET|POST /{db}/_changes}. */
final class ChangesRoute {
  private final FeedLimits limits;
  private final OpenFeeds feeds;
  private final FrontMeters meters;
  private final EncodedRows rows = new EncodedRows();

  ChangesRoute(FeedLimits limits, OpenFeeds feeds, FrontMeters meters) {
    this.limits = limits;
    this.feeds = feeds;
    this.meters = meters;
  }

  void answer(Exchange exchange, HostedDatabase database) {
    if (exchange.method().equals(HttpMethod.POST)) {
      exchange.withBody(Exchange.BodyPresence.OPTIONAL, body -> start(exchange, database, body));
    } else {
      start(exchange, database, JsonNodeFactory.instance.objectNode());
    }
  }

  private void start(Exchange exchange, HostedDatabase database, ObjectNode body) {
    if (exchange.hasEnded()) {
      // The client left while its body was read: nobody would ever end its feed.
      return;
    }
    OptionValues values = new OptionValues(exchange.query(), body, exchange.json());
    FeedOptions options = new FeedOptionsReader(limits).read(values);
    if (!options.feed().waits() && !database.isIndexAvailable()) {
      // What is in memory would make a well-formed answer, which a client takes for all there is.
      throw HttpProblem.unavailable("the channel index cannot be read at the moment");
    }
    switch (options.since()) {
      case FeedOptions.BEGINNING -> begin(exchange, database, options, new Since.Beginning());
      case FeedOptions.NOW -> begin(exchange, database, options, new Since.Now());
      default ->
          // Before the first byte: a token that is no good is an answer of its own.
          database
              .resume(options.since())
              .whenComplete(
                  (since, failure) ->
                      exchange
                          .context()
                          .runOnContext(
                              now ->
                                  exchange.guarded(
                                      () -> resume(exchange, database, options, since, failure))));
    }
  }

  private void resume(
      Exchange exchange,
      HostedDatabase database,
      FeedOptions options,
      Since.@Nullable At since,
      @Nullable Throwable failure) {
    if (exchange.hasEnded()) {
      return;
    }
    if (since != null) {
      begin(exchange, database, options, since);
      return;
    }
    Throwable cause = HttpProblem.causeOf(Objects.requireNonNull(failure));
    if (cause instanceof TokenException refused) {
      exchange.fail(FeedOptionsReader.refusedToken(options.since(), refused));
    } else if (options.feed().waits() && cause instanceof IndexStorageException) {
      begin(exchange, database, options, () -> database.resume(options.since()));
    } else {
      exchange.fail(cause);
    }
  }

  private void begin(Exchange exchange, HostedDatabase database, FeedOptions options, Since since) {
    begin(exchange, database, options, () -> CompletableFuture.completedFuture(since));
  }

  private void begin(
      Exchange exchange,
      HostedDatabase database,
      FeedOptions options,
      Supplier<CompletionStage<? extends Since>> since) {
    FeedStream feed =
        new FeedStream(exchange, database, options, since, limits, feeds, rows, meters);
    feeds.add(feed);
    feed.start();
  }
}
