package io.channelindex.perf.follow;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Where a feed is.
 *
 * @param server the server's public port
 * @param database the database
 * @param kind how it is followed
 */
record FeedAddress(URI server, String database, FeedKind kind) {
  String host() {
    return server.getHost();
  }

  int port() {
    return server.getPort();
  }

  /** Path and query of a request for the feed of a channel. */
  String path(String channel, String since, Duration heartbeat) {
    return "/"
        + database
        + "/_changes?feed="
        + kind.option()
        + "&heartbeat="
        + heartbeat.toMillis()
        + "&filter=sync_gateway/bychannel&channels="
        + encoded(channel)
        + "&since="
        + encoded(since);
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
