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
      ServerConfig.WakeUps.PUSH),
  /** Only what cannot be rolled back any more is indexed. */
  CONTINUOUS_PERSISTED(
      "continuous-persisted",
      "The same, where only what is persisted on every replica is indexed.",
      FeedKind.CONTINUOUS,
      ServerConfig.Persistence.WHEN_PERSISTED,
      ServerConfig.WakeUps.PUSH),
  /** Feeds look every 100 ms whether there is something new. */
  CONTINUOUS_POLL(
      "continuous-poll",
      "The same, where feeds look for news every 100 ms instead of being told.",
      FeedKind.CONTINUOUS,
      ServerConfig.Persistence.AT_ONCE,
      ServerConfig.WakeUps.POLL),
  /** One request after the other. */
  LONGPOLL(
      "longpoll",
      "The same with long polls: the end of each answer is where the next request begins.",
      FeedKind.LONGPOLL,
      ServerConfig.Persistence.AT_ONCE,
      ServerConfig.WakeUps.PUSH);

  private final String label;
  private final String description;
  private final FeedKind kind;
  private final ServerConfig.Persistence persistence;
  private final ServerConfig.WakeUps wakeUps;

  FeedVariant(
      String label,
      String description,
      FeedKind kind,
      ServerConfig.Persistence persistence,
      ServerConfig.WakeUps wakeUps) {
    this.label = label;
    this.description = description;
    this.kind = kind;
    this.persistence = persistence;
    this.wakeUps = wakeUps;
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
}
