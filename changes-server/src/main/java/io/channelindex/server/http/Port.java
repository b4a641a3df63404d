package io.channelindex.server.http;

/** Which of the two ports a request came in on. */
enum Port {
  /** Documents and feeds. */
  PUBLIC,
  /** Everything, for those who run the server. */
  ADMIN
}
