package io.channelindex.perf.follow;

/** How a follower follows. */
public enum FeedKind {
  /** One answer that goes on and on. */
  CONTINUOUS("continuous"),
  /** One answer after the other, each from where the last one ended. */
  LONGPOLL("longpoll");

  private final String option;

  FeedKind(String option) {
    this.option = option;
  }

  /** The value of {@code feed} in a request. */
  String option() {
    return option;
  }
}
