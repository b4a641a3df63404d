package io.channelindex.perf.follow;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.concurrent.CompletableFuture;

/** Looks what a channel has, from the beginning, once. */
public final class ChannelReader {
  private static final int OK = 200;

  private final Requests requests;

  ChannelReader(Requests requests) {
    this.requests = requests;
  }

  /** How many rows a channel has. Fails if the server does not answer with a whole feed. */
  public CompletableFuture<Integer> rows(String channel) {
    String path =
        "/_changes?filter=sync_gateway/bychannel&channels=" + FeedAddress.encoded(channel);
    return requests
        .send(HttpMethod.GET, path, Buffer.buffer())
        .thenApply(
            answer -> {
              if (answer.status() != OK) {
                throw answer.refusal("feed of channel=" + channel);
              }
              return count(answer.body().getBytes());
            });
  }

  private static int count(byte[] answer) {
    int[] rows = {0};
    FeedLine line = new FeedLine();
    LineSplitter splitter =
        new LineSplitter(
            (bytes, from, to) ->
                rows[0] += line.read(bytes, from, to) == FeedLine.Kind.ROW ? 1 : 0);
    splitter.chunk(answer);
    return rows[0];
  }
}
