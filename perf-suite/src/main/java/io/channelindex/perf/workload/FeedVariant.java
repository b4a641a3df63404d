package io.channelindex.perf.workload;

import io.channelindex.perf.follow.FeedKind;
import io.channelindex.perf.server.ServerConfig;

/** The ways to follow and to be told that are compared. */
enum FeedVariant {
  /** What a database does that does not say otherwise. */
  CONTINUOUS(
      "continuous",
      "Writes at a fixed rate: from the time each was due until continuous feeds show it.",
      FeedKind.CONTINUOUS,
      ServerConfig.Persistence.AT_ONCE,
      ServerConfig.WakeUps.HANDED_OVER,
      ServerConfig.Tokens.STATELESS),
  /** Only what cannot be rolled back any more is indexed. */
  CONTINUOUS_PERSISTED(
      "continuous-persisted",
      "The same, where only what is persisted on every replica is indexed.",
      FeedKind.CONTINUOUS,
      ServerConfig.Persistence.WHEN_PERSISTED,
      ServerConfig.WakeUps.HANDED_OVER,
      ServerConfig.Tokens.STATELESS),
  /** Feeds of a server that indexes nothing of what they follow. */
  CONTINUOUS_PUSH(
      "continuous-push",
      "The same, where feeds are told by the index bucket and read it, as on a server that"
          + " indexes none of it.",
      FeedKind.CONTINUOUS,
      ServerConfig.Persistence.AT_ONCE,
      ServerConfig.WakeUps.PUSH,
      ServerConfig.Tokens.STATELESS),
  /** Feeds look every 100 ms whether there is something new. */
  CONTINUOUS_POLL(
      "continuous-poll",
      "The same, where feeds look for news every 100 ms, and nothing tells them.",
      FeedKind.CONTINUOUS,
      ServerConfig.Persistence.AT_ONCE,
      ServerConfig.WakeUps.POLL,
      ServerConfig.Tokens.STATELESS),
  /** One request after the other. */
  LONGPOLL(
      "longpoll",
      "The same with long polls: the end of each answer is where the next request begins.",
      FeedKind.LONGPOLL,
      ServerConfig.Persistence.AT_ONCE,
      ServerConfig.WakeUps.HANDED_OVER,
      ServerConfig.Tokens.STATELESS),
  /** The same with tokens of the lookup map. */
  LONGPOLL_LOOKUP(
      "longpoll-lookup",
      "Long polls with tokens that name stored clocks.",
      FeedKind.LONGPOLL,
      ServerConfig.Persistence.AT_ONCE,
      ServerConfig.WakeUps.HANDED_OVER,
      ServerConfig.Tokens.LOOKUP),
  /** The same with tokens that are relative to published clocks. */
  LONGPOLL_RELATIVE(
      "longpoll-relative",
      "Long polls with tokens that tell the difference to published clocks.",
      FeedKind.LONGPOLL,
      ServerConfig.Persistence.AT_ONCE,
      ServerConfig.WakeUps.HANDED_OVER,
      ServerConfig.Tokens.RELATIVE);

  private final String label;
  private final String description;
  private final FeedKind kind;
  private final ServerConfig.Persistence persistence;
  private final ServerConfig.WakeUps wakeUps;
  private final ServerConfig.Tokens tokens;

  FeedVariant(
      String label,
      String description,
      FeedKind kind,
      ServerConfig.Persistence persistence,
      ServerConfig.WakeUps wakeUps,
      ServerConfig.Tokens tokens) {
    this.label = label;
    this.description = description;
    this.kind = kind;
    this.persistence = persistence;
    this.wakeUps = wakeUps;
    this.tokens = tokens;
  }

  /** The name of its workload. */
  String label() {
    return label;
  }

  String description() {
    return description;
  }

  FeedKind kind() {
    return kind;
  }

  ServerConfig.Persistence persistence() {
    return persistence;
  }

  ServerConfig.WakeUps wakeUps() {
    return wakeUps;
  }

  ServerConfig.Tokens tokens() {
    return tokens;
  }
}
