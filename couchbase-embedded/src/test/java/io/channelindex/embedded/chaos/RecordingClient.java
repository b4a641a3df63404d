package io.channelindex.embedded.chaos;

import static com.couchbase.client.java.kv.AppendOptions.appendOptions;
import static com.couchbase.client.java.kv.IncrementOptions.incrementOptions;
import static com.couchbase.client.java.kv.InsertOptions.insertOptions;
import static com.couchbase.client.java.kv.RemoveOptions.removeOptions;
import static com.couchbase.client.java.kv.ReplaceOptions.replaceOptions;
import static com.couchbase.client.java.kv.UpsertOptions.upsertOptions;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.couchbase.client.core.error.CasMismatchException;
import com.couchbase.client.core.error.CouchbaseException;
import com.couchbase.client.core.error.DocumentExistsException;
import com.couchbase.client.core.error.DocumentNotFoundException;
import com.couchbase.client.core.error.DurabilityImpossibleException;
import com.couchbase.client.core.error.TimeoutException;
import com.couchbase.client.core.msg.RequestContext;
import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.core.msg.kv.MutationToken;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.codec.RawStringTranscoder;
import com.couchbase.client.java.kv.CounterResult;
import com.couchbase.client.java.kv.GetResult;
import com.couchbase.client.java.kv.MutationResult;
import io.channelindex.embedded.ClientQuirks;
import org.jspecify.annotations.Nullable;

/**
 * A client that does one operation after the other through the real {@code java-client}, and
 * records what it asked and what it was told. Not thread-safe.
 */
final class RecordingClient {
  private final String name;
  private final Collection documents;
  private final History history;

  /**
   * A client that has done nothing yet.
   *
   * @param name for people
   */
  RecordingClient(String name, Collection documents, History history) {
    this.name = name;
    this.documents = documents;
    this.history = history;
  }

  /** Does what {@code request} asks for; returns when it is known, or will never be. */
  Outcome perform(Operation.Request request) {
    long invoked = System.nanoTime();
    Outcome outcome = outcome(request);
    history.add(new Operation(name, request, invoked, System.nanoTime(), outcome));
    return outcome;
  }

  private Outcome outcome(Operation.Request request) {
    try {
      return done(request);
    } catch (DocumentNotFoundException e) {
      return Outcome.Refused.MISSING;
    } catch (DocumentExistsException e) {
      return Outcome.Refused.EXISTS;
    } catch (CasMismatchException e) {
      return Outcome.Refused.CHANGED;
    } catch (DurabilityImpossibleException e) {
      return new Outcome.NotDone(why(e));
    } catch (CouchbaseException e) {
      return request.kind() == Operation.Kind.GET
          ? new Outcome.NotDone(why(e))
          : new Outcome.Unknown(why(e));
    } catch (IllegalStateException e) {
      if (ClientQuirks.hasNoNode(e)) {
        return new Outcome.NotDone(e.getMessage());
      }
      throw e;
    }
  }

  private static String why(CouchbaseException e) {
    String name = e.getClass().getSimpleName();
    if (e instanceof TimeoutException timeout) {
      RequestContext request = timeout.context().requestContext();
      return name + ", to=" + request.lastDispatchedTo() + ", retried=" + request.retryReasons();
    }
    return name;
  }

  private Outcome done(Operation.Request request) {
    String key = request.key();
    String value = request.argument();
    DurabilityLevel level = request.durability();
    Version expected = request.expected();
    long cas = expected == null ? 0 : expected.cas();
    RawStringTranscoder raw = RawStringTranscoder.INSTANCE;
    return switch (request.kind()) {
      case GET -> read(documents.get(key));
      case UPSERT ->
          written(documents.upsert(key, value, upsertOptions().transcoder(raw).durability(level)));
      case INSERT ->
          written(documents.insert(key, value, insertOptions().transcoder(raw).durability(level)));
      case REPLACE ->
          written(
              documents.replace(
                  key, value, replaceOptions().transcoder(raw).cas(cas).durability(level)));
      case REMOVE -> written(documents.remove(key, removeOptions().cas(cas).durability(level)));
      case APPEND ->
          written(
              documents
                  .binary()
                  .append(key, value.getBytes(UTF_8), appendOptions().durability(level)));
      case INCREMENT ->
          counted(
              documents.binary().increment(key, incrementOptions().initial(1).durability(level)));
    };
  }

  private static Outcome read(GetResult result) {
    return new Outcome.Read(new Version(new String(result.contentAsBytes(), UTF_8), result.cas()));
  }

  private static Outcome counted(CounterResult result) {
    return written(result, String.valueOf(result.content()));
  }

  private static Outcome written(MutationResult result) {
    return written(result, null);
  }

  private static Outcome written(MutationResult result, @Nullable String value) {
    MutationToken token =
        result
            .mutationToken()
            .orElseThrow(() -> new IllegalStateException("no token: result=" + result));
    return new Outcome.Written(
        result.cas(),
        new Token(token.partitionID(), token.partitionUUID(), token.sequenceNumber()),
        value);
  }
}
