package io.channelindex.server.http;

import io.channelindex.index.read.FeedRequest;
import io.channelindex.sequence.token.TokenException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options of {@code _changes}: their names, values and defaults. */
final class FeedOptionsReader {
  private static final String ALL_CHANNELS = "*";
  private static final String BY_CHANNEL = "sync_gateway/bychannel";
  private static final String BY_ID = "_doc_ids";
  private static final int LONGEST_CHANNEL = 250;

  /** Timers count in nanoseconds, of which a client can ask for more than there are. */
  private static final Duration LONGEST_HEARTBEAT = Duration.ofDays(1);

  /** CouchDB's, for {@code heartbeat=true}. */
  private static final Duration USUAL_HEARTBEAT = Duration.ofMinutes(1);

  private final FeedLimits limits;

  FeedOptionsReader(FeedLimits limits) {
    this.limits = limits;
  }

  /**
   * What a client asks for.
   *
   * @throws HttpProblem 400 that names the option, its value and what is allowed
   */
  FeedOptions read(OptionValues values) {
    FeedKind feed = feed(values);
    requireStyle(values);
    String filter = filter(values);
    return new FeedOptions(
        feed,
        since(values.text("since")),
        limit(values),
        channels(values, filter),
        documentIds(values, filter),
        values.flag("active_only") ? FeedRequest.Rows.ACTIVE : FeedRequest.Rows.ALL,
        values.flag("include_docs") ? FeedOptions.Bodies.INCLUDED : FeedOptions.Bodies.LEFT_OUT,
        heartbeat(values),
        timeout(values));
  }

  private static FeedKind feed(OptionValues values) {
    String word = values.text("feed");
    if (word == null) {
      return FeedKind.NORMAL;
    }
    for (FeedKind kind : FeedKind.values()) {
      if (kind.word().equals(word)) {
        return kind;
      }
    }
    throw OptionValues.refused("feed", word, FeedKind.NAMES);
  }

  private static void requireStyle(OptionValues values) {
    String style = values.text("style");
    if (style != null && !style.equals("main_only") && !style.equals("all_docs")) {
      throw OptionValues.refused("style", style, "main_only, all_docs");
    }
  }

  private static @Nullable String filter(OptionValues values) {
    String filter = values.text("filter");
    if (filter != null && !filter.equals(BY_CHANNEL) && !filter.equals(BY_ID)) {
      throw OptionValues.refused("filter", filter, BY_CHANNEL + ", " + BY_ID);
    }
    return filter;
  }

  private static String since(@Nullable String given) {
    if (given == null) {
      return FeedOptions.BEGINNING;
    }
    boolean quoted = given.length() >= 2 && given.startsWith("\"") && given.endsWith("\"");
    String since = quoted ? given.substring(1, given.length() - 1) : given;
    return since.isEmpty() ? FeedOptions.BEGINNING : since;
  }

  /** Why a feed cannot begin at a token, and what the client can do. */
  static HttpProblem refusedToken(String since, TokenException e) {
    return switch (e.reason()) {
      case MALFORMED ->
          OptionValues.refused("since", since, "0, now, or a seq of this database as it was given");
      case FOREIGN ->
          new HttpProblem(
              400,
              "foreign_since",
              "since belongs to another database, or to this one before it was set up again;"
                  + " begin again with since=0: since="
                  + HttpProblem.quote(since));
      case UNKNOWN ->
          new HttpProblem(
              410,
              "unknown_since",
              "what since stands for was lost; begin again with since=0: since="
                  + HttpProblem.quote(since));
      case EXPIRED ->
          new HttpProblem(
              410,
              "expired_since",
              "since is too old and what it stands for is no longer kept;"
                  + " begin again with since=0: since="
                  + HttpProblem.quote(since));
    };
  }

  private static long limit(OptionValues values) {
    long limit = values.number("limit", 0);
    return limit == 0 ? Long.MAX_VALUE : limit;
  }

  private Set<String> channels(OptionValues values, @Nullable String filter) {
    Set<String> channels = values.texts("channels");
    if (channels == null && !BY_CHANNEL.equals(filter)) {
      return Set.of(ALL_CHANNELS);
    }
    if (channels == null || channels.isEmpty()) {
      throw OptionValues.refused("channels", "", "at least one channel");
    }
    if (channels.size() > limits.maxChannels()) {
      throw OptionValues.refused(
          "channels", channels.size() + " channels", "at most maxChannels=" + limits.maxChannels());
    }
    channels.forEach(FeedOptionsReader::requireChannel);
    return channels;
  }

  private static void requireChannel(String channel) {
    boolean named =
        !channel.isEmpty()
            && channel.length() <= LONGEST_CHANNEL
            && channel.chars().noneMatch(c -> c == ',' || Character.isISOControl(c));
    if (!named) {
      throw OptionValues.refused(
          "channels",
          channel,
          "names of 1 … " + LONGEST_CHANNEL + " characters, no commas, no control characters");
    }
  }

  private static @Nullable Set<String> documentIds(OptionValues values, @Nullable String filter) {
    if (!BY_ID.equals(filter)) {
      return null;
    }
    Set<String> ids = values.texts("doc_ids");
    if (ids == null) {
      throw OptionValues.refused("doc_ids", "", "an array of document ids, with filter=" + BY_ID);
    }
    return Set.copyOf(ids);
  }

  private Duration heartbeat(OptionValues values) {
    if (values.isTrue("heartbeat")) {
      return USUAL_HEARTBEAT;
    }
    long asked = values.number("heartbeat", 0);
    if (asked == 0) {
      return Duration.ZERO;
    }
    long least = Math.max(asked, limits.minHeartbeat().toMillis());
    return Duration.ofMillis(Math.min(least, LONGEST_HEARTBEAT.toMillis()));
  }

  private Duration timeout(OptionValues values) {
    long asked = values.number("timeout", limits.defaultTimeout().toMillis());
    return Duration.ofMillis(Math.min(asked, limits.maxTimeout().toMillis()));
  }
}
