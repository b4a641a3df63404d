package io.channelindex.server.http;

import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Since;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked of {@code _changes}, checked and within limits.
 *
 * @param feed how it runs
 * @param since where it begins: {@link #BEGINNING}, {@link #NOW}, or what has to be a token
 * @param limit rows at most, at least 1; {@link Long#MAX_VALUE} for all
 * @param channels at least one
 * @param documentIds the only documents it is about; null for all
 * @param rows which rows
 * @param bodies whether rows carry documents
 * @param heartbeat between newlines on a quiet feed; zero for none
 * @param timeout how long it may stay quiet; of no meaning with a heartbeat
 */
record FeedOptions(
    FeedKind feed,
    String since,
    long limit,
    Set<String> channels,
    @Nullable Set<String> documentIds,
    FeedRequest.Rows rows,
    Bodies bodies,
    Duration heartbeat,
    Duration timeout) {

  /** Whether rows carry documents. */
  enum Bodies {
    LEFT_OUT,
    INCLUDED
  }

  static final String BEGINNING = "0";
  static final String NOW = "now";

  /**
   * What a client may give to begin there again; null for now, which is another place each time.
   */
  @Nullable String sinceAgain() {
    return since.equals(NOW) ? null : since;
  }

  /** What to ask of the index. */
  FeedRequest request(Since begin) {
    return new FeedRequest(channels, begin, rows);
  }

  boolean includesBodies() {
    return bodies == Bodies.INCLUDED;
  }
}
