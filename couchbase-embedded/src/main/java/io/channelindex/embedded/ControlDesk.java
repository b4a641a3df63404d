package io.channelindex.embedded;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.channelindex.embedded.cluster.NodeState;
import io.channelindex.embedded.manager.ControlInterface;
import io.channelindex.embedded.replication.Link;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control interface: what {@link EmbeddedCouchbase} and {@link EmbeddedNode} can do, for HTTP
 * clients. The answer is the {@linkplain ClusterReport state of the cluster} afterwards, or an
 * object with an {@code error}. Thread-safe.
 *
 * <p>A request that changes the topology is answered when that is done, and waits for the one
 * before; the others wait for nobody.
 */
final class ControlDesk implements ControlInterface, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlDesk.class);
  private static final Duration MAX_DELAY = Duration.ofMinutes(1);
  private static final Duration MAX_WARM_UP = Duration.ofMinutes(10);

  private static final String ALLOWED =
      "GET /control, POST /control/nodes, DELETE /control/nodes/N,"
          + " POST /control/nodes/N/(pause|resume|kill|restart|crash|failover|gracefulFailover"
          + "|addBack), POST /control/nodes/N/persistence/(pause|resume|delay),"
          + " POST /control/rebalance, POST /control/links/N/N/(cut|heal|delay),"
          + " POST /control/links/clients/N/(cut|heal|delay)";

  /** A request that is answered with a status and a reason. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int status;

    Refusal(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  private final RunningNodes nodes;
  private final AtomicInteger threads = new AtomicInteger();

  /** A thread for each request that is under way: a node can be killed during a rebalance. */
  private final ExecutorService executor = Executors.newCachedThreadPool(this::newThread);

  ControlDesk(RunningNodes nodes) {
    this.nodes = nodes;
  }

  private Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "couchbase-control-" + threads.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public CompletionStage<Answer> handle(Request request) {
    try {
      return CompletableFuture.supplyAsync(() -> answer(request), executor);
    } catch (RejectedExecutionException e) {
      LOG.debug("The cluster is being closed", e);
      return CompletableFuture.completedFuture(error(503, "the cluster is being closed"));
    }
  }

  private Answer answer(Request request) {
    try {
      action(request).run();
      return new Answer(200, ClusterReport.of(nodes));
    } catch (Refusal e) {
      return error(e.status, e.getMessage());
    } catch (IllegalArgumentException e) {
      return error(400, e.getMessage());
    } catch (IllegalStateException e) {
      return error(409, e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Control request failed: {} {}", request.method(), request.path(), e);
      return error(500, e.toString());
    }
  }

  private static Answer error(int status, @Nullable String message) {
    JsonNode body = JsonNodeFactory.instance.objectNode().put("error", message);
    return new Answer(status, body);
  }

  /** What is asked for, with nothing done yet but to look at the request. */
  private Runnable action(Request request) {
    List<String> path = request.path();
    ControlBody body = ControlBody.parse(request.body());
    String resource = path.isEmpty() ? "" : path.get(0);
    return switch (request.method() + ' ' + resource + ' ' + path.size()) {
      case "GET  0" -> body.empty(() -> {});
      case "POST nodes 1" -> body.empty(nodes::add);
      case "DELETE nodes 2" -> {
        EmbeddedNode leaving = anotherNode(request);
        yield body.empty(() -> nodes.remove(leaving));
      }
      case "POST nodes 3" -> nodeAction(request, body);
      case "POST nodes 4" -> persistenceAction(request, body);
      case "POST rebalance 1" -> body.empty(nodes::rebalance);
      case "POST links 4" -> linkAction(request, body);
      default -> throw unknown(request);
    };
  }

  private Runnable nodeAction(Request request, ControlBody body) {
    String id = request.path().get(1);
    return switch (request.path().get(2)) {
      case "pause" -> body.empty(node(id)::pause);
      case "resume" -> body.empty(node(id)::resume);
      case "crash" -> body.empty(node(id)::crash);
      case "kill" -> body.empty(anotherNode(request)::kill);
      case "restart" -> {
        Duration warmUp = body.duration("warmUp", Duration.ZERO, MAX_WARM_UP);
        EmbeddedNode node = node(id);
        yield () -> node.restart(warmUp);
      }
      case "failover" -> {
        EmbeddedNode leaving = anotherNode(request);
        yield body.empty(() -> nodes.failOver(leaving));
      }
      case "gracefulFailover" -> {
        EmbeddedNode leaving = anotherNode(request);
        yield body.empty(() -> nodes.failOverGracefully(leaving));
      }
      case "addBack" -> {
        EmbeddedNode former = find(id, nodes.failedOver());
        yield body.empty(() -> nodes.addBack(former));
      }
      default -> throw unknown(request);
    };
  }

  private Runnable persistenceAction(Request request, ControlBody body) {
    List<String> path = request.path();
    if (!path.get(2).equals("persistence")) {
      throw unknown(request);
    }
    EmbeddedNode node = node(path.get(1));
    return switch (path.get(3)) {
      case "pause" -> body.empty(node::pausePersistence);
      case "resume" -> body.empty(node::resumePersistence);
      case "delay" -> {
        Duration delay = body.duration("delay", MAX_DELAY);
        yield () -> node.persistenceDelay(delay);
      }
      default -> throw unknown(request);
    };
  }

  private Runnable linkAction(Request request, ControlBody body) {
    List<String> path = request.path();
    EmbeddedNode to = node(path.get(2));
    if (path.get(1).equals("clients")) {
      ClientLink link = to.clientLink();
      return linkAction(request, body, link::cut, link::heal, link::delay);
    }
    EmbeddedNode from = node(path.get(1));
    if (from == to) {
      throw new IllegalArgumentException("from=" + from.id() + ", to=" + to.id() + " are the same");
    }
    Link link = nodes.link(from, to);
    return linkAction(request, body, link::cut, link::heal, link::delay);
  }

  private static Runnable linkAction(
      Request request, ControlBody body, Runnable cut, Runnable heal, Consumer<Duration> delay) {
    return switch (request.path().get(3)) {
      case "cut" -> body.empty(cut);
      case "heal" -> body.empty(heal);
      case "delay" -> {
        Duration value = body.duration("delay", MAX_DELAY);
        yield () -> delay.accept(value);
      }
      default -> throw unknown(request);
    };
  }

  private static Refusal unknown(Request request) {
    String asked = request.method() + " /control/" + String.join("/", request.path());
    return new Refusal(404, "request=" + asked + ", allowed=" + ALLOWED);
  }

  private EmbeddedNode node(String id) {
    return find(id, nodes.all());
  }

  private static EmbeddedNode find(String id, List<EmbeddedNode> among) {
    return among.stream()
        .filter(node -> Integer.toString(node.id()).equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new Refusal(
                    404,
                    "node=" + id + ", existing=" + among.stream().map(EmbeddedNode::id).toList()));
  }

  /** The node that the request is about, which has to be another one than is asked. */
  private EmbeddedNode anotherNode(Request request) {
    EmbeddedNode node = node(request.path().get(1));
    if (node.id() != request.node()) {
      return node;
    }
    String others =
        nodes.all().stream()
            .filter(other -> other != node && other.state() != NodeState.KILLED)
            .map(other -> other.managerUri() + "/control")
            .collect(joining(", "));
    throw new IllegalStateException(
        "node=" + node.id() + " is asked and would not live to answer, others=[" + others + "]");
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
