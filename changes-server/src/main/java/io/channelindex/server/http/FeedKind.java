package io.channelindex.server.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a feed runs and ends. */
enum FeedKind {
  /** What there is, then the end. */
  NORMAL,
  /** What there is; where there is nothing, the next rows that come. */
  LONGPOLL,
  /** Row by row, for as long as both sides like. */
  CONTINUOUS;

  /** The names that clients use, for messages. */
  static final String NAMES =
      Arrays.stream(values()).map(FeedKind::word).collect(Collectors.joining(", "));

  /** The name that clients use. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it waits for news, and therefore for the index too. */
  boolean waits() {
    return this != NORMAL;
  }
}
