package io.channelindex.embedded;

import static java.util.stream.Collectors.joining;

import io.channelindex.embedded.auth.Account;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.Faults;
import io.channelindex.embedded.fault.PausableClock;
import io.channelindex.embedded.replication.Link;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Couchbase data node in this JVM, or a cluster of them, that the real clients talk to over
 * sockets: KV, sub-document and DCP, with authentication.
 *
 * <pre>{@code
 * try (EmbeddedCouchbase node = EmbeddedCouchbase.builder().bucket("data").start()) {
 *   Cluster cluster = Cluster.connect(node.connectionString(), node.username(), node.password());
 *   Collection documents = cluster.bucket("data").defaultCollection();
 *   documents.upsert("key", Map.of("hello", "world"));
 * }
 * }</pre>
 *
 * <p>Everything is in memory and gone with {@link #close()}. It is made for tests, demonstrations
 * and benchmarks, never for production. Thread-safe.
 */
public final class EmbeddedCouchbase implements AutoCloseable {
  private final String username;
  private final String password;
  private final RunningNodes nodes;

  private EmbeddedCouchbase(Builder builder) {
    username = builder.username;
    password = builder.password;
    nodes = new RunningNodes(builder.settings(), Account.of(username, password));
    try {
      nodes.start(builder.buckets.values());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** A node with one account, {@code Administrator} / {@code password}, and no buckets yet. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * What clients connect with, for example {@code
   * couchbase://127.0.0.1:11210=kv,127.0.0.1:8091=manager}; of a cluster it names all nodes. Where
   * they listen on all addresses it names the loopback address; clients elsewhere use another one.
   *
   * <p>{@code couchbase://127.0.0.1:11210} is enough to connect, but a {@code java-client} that is
   * not told the manager's port assumes 8091. When the configuration says something else, it takes
   * the node for another one and connects anew, and now and then forgets the first request
   * meanwhile.
   */
  public String connectionString() {
    return "couchbase://" + nodes().stream().map(EmbeddedNode::seed).collect(joining(","));
  }

  /**
   * The same with the data service's ports only, for SDKs that know no other form: {@code
   * couchbase://127.0.0.1:11210}.
   */
  public String plainConnectionString() {
    return "couchbase://" + nodes().stream().map(EmbeddedNode::plainSeed).collect(joining(","));
  }

  /** The nodes that are in the cluster, oldest first. */
  public List<EmbeddedNode> nodes() {
    return nodes.all();
  }

  private EmbeddedNode first() {
    return nodes().get(0);
  }

  /** The address that the ports of the first node are bound to. */
  public String host() {
    return first().host();
  }

  /** The port of the data service of the first node. */
  public int port() {
    return first().port();
  }

  /** The port of the manager's HTTP interface of the first node. */
  public int managerPort() {
    return first().managerPort();
  }

  public String username() {
    return username;
  }

  public String password() {
    return password;
  }

  /** How many clients are connected to the data service, of all nodes. */
  public int connectionCount() {
    return nodes().stream().mapToInt(EmbeddedNode::connectionCount).sum();
  }

  /** What goes wrong on the first node, on demand; the others have {@link EmbeddedNode#faults}. */
  public Faults faults() {
    return first().faults();
  }

  /**
   * The bucket called {@code name}, on all nodes.
   *
   * @throws IllegalArgumentException if there is none
   */
  public EmbeddedBucket bucket(String name) {
    return new EmbeddedBucket(nodes.bucket(name), this::nodes);
  }

  /**
   * Adds a bucket while the node runs.
   *
   * @throws IllegalArgumentException if there is one of that name
   */
  public EmbeddedBucket createBucket(BucketSettings bucket) {
    return new EmbeddedBucket(nodes.createBucket(bucket), this::nodes);
  }

  /**
   * Removes a bucket and everything in it; its clients lose their connections.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public void removeBucket(String name) {
    nodes.removeBucket(name);
  }

  // Topology.

  /**
   * Adds a node. Clients are told of it; it has no vbuckets until the next {@link #rebalance}.
   *
   * @throws IllegalStateException if a port cannot be bound
   */
  public EmbeddedNode addNode() {
    return nodes.add();
  }

  /**
   * Starts a node that was failed over and takes it back, on the ports that it had, with nothing of
   * what it had: a <i>full recovery</i>. It has no vbuckets until the next {@link #rebalance}.
   *
   * @throws IllegalArgumentException if it was not failed over
   * @throws IllegalStateException if a port cannot be bound any more
   */
  public void addBack(EmbeddedNode node) {
    nodes.addBack(node);
  }

  /**
   * Spreads the vbuckets evenly over the nodes, one after the other, while clients work: streams
   * end with <i>state changed</i>, and go on elsewhere on the same branch of the history. Durable
   * writes that wait for their commit meanwhile are ambiguous.
   *
   * <p>Clients see where the vbuckets are going ({@code vBucketMapForward}) until it is over.
   *
   * @throws IllegalStateException if a node is not running, or is killed meanwhile; or if a copy
   *     does not catch up within a minute, because its link is cut for example; what was moved
   *     stays where it is
   */
  public void rebalance() {
    nodes.rebalance();
  }

  /**
   * Moves everything away from {@code node} and stops it.
   *
   * @throws IllegalArgumentException if it is not in the cluster, or the only node
   * @throws IllegalStateException as {@link #rebalance}
   */
  public void removeNode(EmbeddedNode node) {
    nodes.remove(node);
  }

  /**
   * Kills a node, if that has not been done yet, and goes on without it: of each vbucket that was
   * active there, the replica that is ahead becomes active, on a new branch of the history. What it
   * had not received is lost, and DCP consumers that saw it are rolled back. A vbucket without a
   * replica is nowhere. The node can be {@linkplain #addBack added back}.
   *
   * @throws IllegalArgumentException if it is not in the cluster, or the only node
   */
  public void failOver(EmbeddedNode node) {
    nodes.failOver(node);
  }

  /**
   * Hands the vbuckets of a node over to their replicas, without loss and on the same branch of the
   * history, and stops it.
   *
   * @throws IllegalArgumentException if it is not in the cluster, or the only node
   * @throws IllegalStateException if a node is not running, or a vbucket has no replica, or none
   *     that catches up within a minute; what was handed over stays where it is
   */
  public void failOverGracefully(EmbeddedNode node) {
    nodes.failOverGracefully(node);
  }

  /**
   * How what is written on {@code from} gets to its replicas on {@code to}: to be slowed or cut.
   */
  public Link link(EmbeddedNode from, EmbeddedNode to) {
    return nodes.link(from, to);
  }

  /** The way between clients and {@code node}: to be slowed or cut. */
  public ClientLink clientLink(EmbeddedNode node) {
    return node.clientLink();
  }

  /** Closes every connection and port, and forgets everything. Does nothing when called again. */
  @Override
  public void close() {
    nodes.close();
  }

  /** What a node is made of. Not thread-safe. */
  public static final class Builder {
    private static final int MAX_PORT = 65_535;
    private static final int MAX_NODES = 32;

    private final Map<String, BucketSettings> buckets = new LinkedHashMap<>();
    private InetAddress host = InetAddress.getLoopbackAddress();
    private int port;
    private int managerPort;
    private int vbuckets = 64;
    private long quotaBytes = BucketSettings.UNLIMITED;
    private int nodes = 1;
    private int threads = Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), 8));
    private Duration dcpIdleTimeout = Duration.ofMinutes(6);
    private String username = "Administrator";
    private String password = "password";
    private InstantSource clock = PausableClock.running();
    private Duration persistenceDelay = Duration.ZERO;
    private @Nullable FaultPlan faultPlan;
    private RunningNodes.Control control = RunningNodes.Control.OFF;

    private Builder() {}

    private RunningNodes.Settings settings() {
      return new RunningNodes.Settings(
          nodes,
          threads,
          host,
          port,
          managerPort,
          dcpIdleTimeout,
          clock,
          persistenceDelay,
          faultPlan,
          control);
    }

    /** Number of nodes, 1 by default; each with its own ports and its own copies of the buckets. */
    public Builder nodes(int value) {
      if (value < 1 || value > MAX_NODES) {
        throw new IllegalArgumentException("nodes=" + value + ", allowed=1 to " + MAX_NODES);
      }
      nodes = value;
      return this;
    }

    /** Address to listen on; the loopback address by default. */
    public Builder host(InetAddress address) {
      host = address;
      return this;
    }

    /**
     * Port of the data service; 0, the default, for any that is free. Further nodes take the ports
     * that follow.
     */
    public Builder port(int value) {
      port = requirePort("port", value);
      return this;
    }

    /**
     * Port of the manager's HTTP interface; 0, the default, for any that is free. Further nodes
     * take the ports that follow.
     */
    public Builder managerPort(int value) {
      managerPort = requirePort("managerPort", value);
      return this;
    }

    /** Number of vbuckets of the buckets that are named after this call; 64 by default. */
    public Builder vbuckets(int value) {
      vbuckets = new BucketSettings("default", value).vbuckets();
      return this;
    }

    /**
     * Memory quota of the buckets that are named after this call; {@link BucketSettings#UNLIMITED}
     * by default.
     */
    public Builder quotaBytes(long value) {
      quotaBytes = new BucketSettings("default", 1).withQuotaBytes(value).quotaBytes();
      return this;
    }

    /** Adds a bucket; as many as wanted. */
    public Builder bucket(String name) {
      return bucket(new BucketSettings(name, vbuckets).withQuotaBytes(quotaBytes));
    }

    /** Adds a bucket; as many as wanted. */
    public Builder bucket(BucketSettings settings) {
      if (buckets.putIfAbsent(settings.name(), settings) != null) {
        throw new IllegalArgumentException("bucket named twice: name=" + settings.name());
      }
      return this;
    }

    /** Name of the only account. */
    public Builder username(String value) {
      if (value.isEmpty()) {
        throw new IllegalArgumentException("username is empty");
      }
      username = value;
      return this;
    }

    /** Password of the only account. */
    public Builder password(String value) {
      password = value;
      return this;
    }

    /**
     * How long a DCP client that enabled noops may say nothing before its connection is closed; 360
     * seconds by default, as on a real server.
     */
    public Builder dcpIdleTimeout(Duration value) {
      if (value.toMillis() < 1) {
        throw new IllegalArgumentException("dcpIdleTimeout=" + value + ", minimum=PT0.001S");
      }
      dcpIdleTimeout = value;
      return this;
    }

    /** Event loops of all nodes together; as many as cores by default, at most 8. */
    public Builder threads(int value) {
      if (value < 1) {
        throw new IllegalArgumentException("threads=" + value + ", minimum=1");
      }
      threads = value;
      return this;
    }

    /**
     * The wall clock behind CAS values and expiry times, the machine's by default. Fault plans can
     * move a {@link PausableClock} only.
     */
    public Builder clock(InstantSource value) {
      clock = value;
      return this;
    }

    /**
     * How slow the disk of each node is, see {@link EmbeddedNode#persistenceDelay(Duration)}; 0 by
     * default.
     */
    public Builder persistenceDelay(Duration value) {
      EmbeddedNode.requireDelay("persistenceDelay", value);
      persistenceDelay = value;
      return this;
    }

    /** What goes wrong on each node from the first connection on; nothing by default. */
    public Builder faults(FaultPlan plan) {
      faultPlan = plan;
      return this;
    }

    /**
     * Lets whoever has the account's password do to the nodes over HTTP, below {@code /control} on
     * any manager's port, what this class and {@link EmbeddedNode} can do. Off unless asked for.
     */
    public Builder control() {
      control = RunningNodes.Control.ON;
      return this;
    }

    /**
     * Starts the node; it accepts clients when this returns.
     *
     * @throws IllegalArgumentException if the fault plan moves the clock and the clock is not a
     *     {@link PausableClock}
     * @throws IllegalStateException if a port cannot be bound; the message names it
     */
    public EmbeddedCouchbase start() {
      return new EmbeddedCouchbase(this);
    }

    private static int requirePort(String name, int value) {
      if (value < 0 || value > MAX_PORT) {
        throw new IllegalArgumentException(name + "=" + value + ", allowed=0 to " + MAX_PORT);
      }
      return value;
    }
  }
}
