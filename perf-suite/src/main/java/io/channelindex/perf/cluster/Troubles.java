package io.channelindex.perf.cluster;

import com.couchbase.client.core.cnc.Event;
import com.couchbase.client.core.cnc.events.endpoint.EndpointConnectionFailedEvent;
import com.couchbase.client.core.cnc.events.io.SaslAuthenticationFailedEvent;
import com.couchbase.client.core.cnc.events.io.SelectBucketFailedEvent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the most telling thing that the client complained about while it connected. The client
 * goes on trying until its time is up and then says only that; the reason was in its events.
 */
final class Troubles {
  private static final int NO_ACCESS = 0x24;

  private final AtomicReference<@Nullable Trouble> worst = new AtomicReference<>();
  private final CompletableFuture<Void> hopeless = new CompletableFuture<>();

  /** What can be wrong, the more telling the later. */
  private enum Kind {
    NOT_REACHED,
    BUCKET_REFUSED,
    USER_REFUSED
  }

  private record Trouble(Kind kind, @Nullable Throwable cause) {}

  void notice(Event event) {
    if (event instanceof SaslAuthenticationFailedEvent) {
      note(new Trouble(Kind.USER_REFUSED, event.cause()));
      hopeless.complete(null);
    } else if (event instanceof SelectBucketFailedEvent refused) {
      note(new Trouble(Kind.BUCKET_REFUSED, event.cause()));
      // Any other status may only mean that this node of a bigger cluster does not have the bucket.
      if (refused.status() == NO_ACCESS) {
        hopeless.complete(null);
      }
    } else if (event instanceof EndpointConnectionFailedEvent) {
      note(new Trouble(Kind.NOT_REACHED, event.cause()));
    }
  }

  /** Completes when there is no use in waiting any longer. */
  CompletableFuture<Void> hopeless() {
    return hopeless;
  }

  /** What is missing, as a sentence. */
  String explain(String connectionString, String username, String bucket) {
    Trouble trouble = worst.get();
    String where = ", connectionString=" + connectionString;
    if (trouble == null) {
      return "the data service is not ready: bucket=" + bucket + where;
    }
    return switch (trouble.kind()) {
      case USER_REFUSED -> "user or password is wrong: username=" + username + where;
      case BUCKET_REFUSED ->
          "the bucket does not exist, or the user has no right to it: bucket="
              + bucket
              + ", username="
              + username
              + where;
      case NOT_REACHED ->
          "no data service answers: cause="
              + (trouble.cause() == null ? "unknown" : trouble.cause().getMessage())
              + where;
    };
  }

  private void note(Trouble trouble) {
    worst.accumulateAndGet(
        trouble,
        (old, latest) ->
            old == null || latest == null || latest.kind().compareTo(old.kind()) >= 0
                ? latest
                : old);
  }
}
