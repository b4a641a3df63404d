package io.channelindex.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;

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
    OptionValues values = new OptionValues(exchange.query(), body, exchange.json());
    FeedOptions options = new FeedOptionsReader(database.tokens(), limits).read(values);
    if (!options.feed().waits() && !database.isIndexAvailable()) {
      // What is in memory would make a well-formed answer, which a client takes for all there is.
      throw HttpProblem.unavailable("the channel index cannot be read at the moment");
    }
    FeedStream feed = new FeedStream(exchange, database, options, limits, feeds, rows, meters);
    feeds.add(feed);
    feed.start();
  }
}
