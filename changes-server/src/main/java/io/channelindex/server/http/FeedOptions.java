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
 * @param since where it begins
 * @param sinceText what a client may give to begin there again; null for {@code now}, which is
 *     another place each time
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
    Since since,
    @Nullable String sinceText,
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

  /** What to ask of the index. */
  FeedRequest request() {
    return new FeedRequest(channels, since, rows);
  }

  boolean includesBodies() {
    return bodies == Bodies.INCLUDED;
  }
}
