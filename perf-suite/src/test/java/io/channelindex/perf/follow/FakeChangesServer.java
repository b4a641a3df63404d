package io.channelindex.perf.follow;

import io.channelindex.perf.process.ProcessUsage;
import io.channelindex.perf.server.ChangesServer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * What a changes server shows its clients, from memory and on one thread, with things that can be
 * planted: it is here to try the suite, not to be measured.
 */
public final class FakeChangesServer implements ChangesServer {
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final Map<String, JsonObject> documents = new HashMap<>();
  private final Map<String, List<Event>> channels = new HashMap<>();
  private final Map<String, List<Waiting>> waiting = new HashMap<>();
  private final AtomicInteger written = new AtomicInteger();
  private long sequence;

  /** Rows that nobody is ever shown. */
  public volatile Predicate<Event> lost = event -> false;

  /** Rows that everybody is shown twice. */
  public volatile Predicate<Event> repeated = event -> false;

  /** Rows that are shown once more after everything else of their channel. */
  public volatile Predicate<Event> late = event -> false;

  /** How long every row is held back, in milliseconds. */
  public volatile long stallMillis;

  /** Writes, by number, that are not answered with a revision: done if odd, not done if even. */
  public volatile Predicate<Integer> unanswered = number -> false;

  /** Told of every write that is done. */
  public volatile Written listener = (id, revision) -> {};

  /** Told of writes. */
  public interface Written {
    /** A document has a new revision. */
    void done(String id, String revision);
  }

  /** One row of one channel. */
  public record Event(long sequence, String id, String revision, boolean deleted, boolean removed) {
    /** The generation of its revision. */
    public int generation() {
      return Integer.parseInt(revision.substring(0, revision.indexOf('-')));
    }

    private String row(String channel) {
      return "{\"seq\":\""
          + sequence
          + "\",\"id\":\""
          + id
          + "\",\"changes\":[{\"rev\":\""
          + revision
          + "\"}]"
          + (deleted ? ",\"deleted\":true" : "")
          + (removed ? ",\"removed\":[\"" + channel + "\"]" : "")
          + "}";
    }
  }

  private record Waiting(String feed, HttpServerResponse response) {}

  /** What its counters stand at; they go on whenever somebody looks. */
  private final AtomicLong counted = new AtomicLong();

  public FakeChangesServer() {
    server = vertx.createHttpServer().requestHandler(this::handle);
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
  }

  @Override
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.actualPort());
  }

  @Override
  public ProcessUsage usage() {
    return new ProcessUsage(ProcessHandle.current().pid());
  }

  @Override
  public CompletableFuture<Double> counter(String name, String label) {
    return counter(name);
  }

  @Override
  public CompletableFuture<Double> counter(String name) {
    return CompletableFuture.completedFuture((double) counted.getAndAdd(7));
  }

  @Override
  public String complaints() {
    return "";
  }

  @Override
  public void close() {
    // Not waited for: it takes its time to say goodbye to clients that have gone.
    server.shutdown(0, TimeUnit.SECONDS).onComplete(done -> vertx.close());
  }

  /** Cuts every feed that is open. */
  public void cut() {
    vertx.runOnContext(
        ignored -> waiting.values().forEach(all -> all.forEach(feed -> feed.response().reset())));
  }

  private synchronized void handle(HttpServerRequest request) {
    if (request.path().endsWith("/_changes")) {
      changes(request);
    } else {
      request.body().onSuccess(body -> write(request, body));
    }
  }

  private synchronized void write(HttpServerRequest request, Buffer body) {
    int number = written.getAndIncrement();
    String id =
        java.net.URLDecoder.decode(
            request.path().substring(request.path().lastIndexOf('/') + 1),
            java.nio.charset.StandardCharsets.UTF_8);
    JsonObject before = documents.get(id);
    String parent = request.getParam("rev");
    String current = before == null ? null : before.getString("rev");
    if (parent == null ? current != null : !parent.equals(current)) {
      request.response().setStatusCode(409).end("{\"error\":\"conflict\"}");
      return;
    }
    boolean done = !unanswered.test(number) || number % 2 == 1;
    String revision = null;
    if (done) {
      revision = store(id, before, request.method().equals(HttpMethod.DELETE), body);
      listener.done(id, revision);
    }
    if (unanswered.test(number)) {
      request.response().setStatusCode(503).end("{\"error\":\"service_unavailable\"}");
    } else {
      request.response().setStatusCode(201).end("{\"ok\":true,\"rev\":\"" + revision + "\"}");
    }
  }

  private String store(String id, JsonObject before, boolean deletes, Buffer body) {
    int generation = before == null ? 1 : before.getInteger("generation") + 1;
    String was = before == null || before.getBoolean("deleted") ? null : before.getString("ch");
    String channel = deletes ? was : new JsonObject(body).getJsonArray("channels").getString(0);
    String revision = generation + "-" + Long.toHexString(id.hashCode() * 31L + generation);
    documents.put(
        id,
        new JsonObject()
            .put("rev", revision)
            .put("generation", generation)
            .put("deleted", deletes)
            .put("ch", channel));
    sequence++;
    if (was != null && !was.equals(channel)) {
      show(was, new Event(sequence, id, revision, false, true));
    }
    show(channel, new Event(sequence, id, revision, deletes, false));
    return revision;
  }

  private void show(String channel, Event event) {
    if (lost.test(event)) {
      return;
    }
    if (stallMillis > 0) {
      vertx.setTimer(stallMillis, ignored -> publish(channel, event));
    } else {
      publish(channel, event);
    }
    if (late.test(event)) {
      vertx.setTimer(700, ignored -> publish(channel, event));
    }
  }

  private synchronized void publish(String channel, Event event) {
    channels.computeIfAbsent(channel, name -> new ArrayList<>()).add(event);
    List<Waiting> all = waiting.computeIfAbsent(channel, name -> new ArrayList<>());
    List<Waiting> gone = new ArrayList<>();
    for (Waiting feed : all) {
      String row = event.row(channel);
      if (feed.response().closed()) {
        continue;
      }
      if (feed.feed().equals("continuous")) {
        feed.response().write(row + "\n");
        if (repeated.test(event)) {
          // Split where a reader may least expect it.
          feed.response().write(row.substring(0, 9));
          feed.response().write(row.substring(9) + "\n");
        }
      } else {
        feed.response().end(row + "\n],\n\"last_seq\":\"" + event.sequence() + "\"}\n");
        gone.add(feed);
      }
    }
    all.removeAll(gone);
  }

  private void changes(HttpServerRequest request) {
    String channel = request.getParam("channels");
    String feed = request.getParam("feed", "normal");
    long since = Long.parseLong(request.getParam("since", "0"));
    Map<String, Event> newest = new LinkedHashMap<>();
    for (Event event : channels.getOrDefault(channel, List.of())) {
      if (event.sequence() > since) {
        newest.remove(event.id());
        newest.put(event.id(), event);
      }
    }
    List<String> rows = newest.values().stream().map(event -> event.row(channel)).toList();
    HttpServerResponse response = request.response();
    if (feed.equals("continuous")) {
      response.setChunked(true).write("\n");
      rows.forEach(row -> response.write(row + "\n"));
      await(channel, feed, response);
    } else if (feed.equals("normal") || !rows.isEmpty()) {
      long last = newest.values().stream().mapToLong(Event::sequence).max().orElse(since);
      response.end(
          "{\"results\":[\n"
              + String.join(",\n", rows)
              + (rows.isEmpty() ? "" : "\n")
              + "],\n\"last_seq\":\""
              + last
              + "\",\"pending\":0}\n");
    } else {
      response.setChunked(true).write("{\"results\":[\n");
      await(channel, feed, response);
    }
  }

  private void await(String channel, String feed, HttpServerResponse response) {
    Waiting entry = new Waiting(feed, response);
    waiting.computeIfAbsent(channel, name -> new ArrayList<>()).add(entry);
    response.closeHandler(
        ignored -> {
          synchronized (this) {
            waiting.get(channel).remove(entry);
          }
        });
  }
}
