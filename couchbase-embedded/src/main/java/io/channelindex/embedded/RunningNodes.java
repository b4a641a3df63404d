package io.channelindex.embedded;

import io.channelindex.embedded.auth.Account;
import io.channelindex.embedded.auth.UserStore;
import io.channelindex.embedded.cluster.Cluster;
import io.channelindex.embedded.cluster.ClusterBucket;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.BucketShape;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.replication.Link;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes of an {@link EmbeddedCouchbase}, which documents what is done here, and what they
 * share: cluster, account, event loops and housekeeping. Thread-safe: changes of the topology
 * happen one after the other.
 */
final class RunningNodes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningNodes.class);
  private static final Duration TOMBSTONE_AGE = Duration.ofDays(3);
  private static final Duration MOVING = Duration.ofMinutes(1);
  private static final long PAGER_SECONDS = 1;
  private static final long PURGE_SECONDS = 60;

  /** Whether the manager's port lets clients do to the cluster what a test can do. */
  enum Control {
    ON,
    OFF
  }

  /**
   * What all nodes are made of.
   *
   * @param nodes how many there are at the start
   * @param threads event loops of all nodes together
   * @param port of the first node, 0 for any that is free; further nodes take those that follow
   * @param managerPort in the same way
   * @param persistenceDelay of each node
   * @param faultPlan of each node, or null
   * @param control whether there is a control interface
   */
  record Settings(
      int nodes,
      int threads,
      InetAddress host,
      int port,
      int managerPort,
      Duration dcpIdleTimeout,
      InstantSource clock,
      Duration persistenceDelay,
      @Nullable FaultPlan faultPlan,
      Control control) {
    private InetSocketAddress kvAddress(EmbeddedNode node) {
      return address(port, node);
    }

    private InetSocketAddress managerAddress(EmbeddedNode node) {
      return address(managerPort, node);
    }

    private InetSocketAddress address(int firstPort, EmbeddedNode node) {
      return new InetSocketAddress(host, firstPort == 0 ? 0 : firstPort + node.id());
    }
  }

  private final Settings settings;
  private final Account account;
  private final Cluster cluster = new Cluster(newUuid(), Instant.now().toEpochMilli());
  private final @Nullable ControlDesk control;
  private final NodeResources resources;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final List<EmbeddedNode> nodes = new CopyOnWriteArrayList<>();

  /** Those that can come back, oldest first. */
  private final List<EmbeddedNode> failedOver = new CopyOnWriteArrayList<>();

  /** Nodes that are not started. */
  RunningNodes(Settings settings, Account account) {
    this.settings = settings;
    this.account = account;
    this.control = settings.control() == Control.ON ? new ControlDesk(this) : null;
    this.resources =
        new NodeResources(
            UserStore.of(account),
            eventLoops(1, "couchbase-accept"),
            eventLoops(settings.threads(), "couchbase-io"),
            control);
  }

  private static EventLoopGroup eventLoops(int threads, String name) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  private static String newUuid() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /** Starts all nodes, with these buckets from the first connection on. */
  void start(Collection<BucketSettings> buckets) {
    for (int i = 0; i < settings.nodes(); i++) {
      nodes.add(newNode());
    }
    buckets.forEach(this::createBucket);
    nodes.forEach(this::prepare);
    nodes.forEach(EmbeddedNode::accept);
    // Deriving keys costs tens of milliseconds: done before the first client needs them, elsewhere.
    Thread keys = new Thread(account::forgetPassword, "couchbase-keys");
    keys.setDaemon(true);
    keys.start();
    schedule(PAGER_SECONDS, Bucket::expire);
    schedule(PURGE_SECONDS, bucket -> bucket.purgeTombstones(TOMBSTONE_AGE));
  }

  private EmbeddedNode newNode() {
    EmbeddedNode node = new EmbeddedNode(cluster.addNode(), settings, resources);
    node.persistenceDelay(settings.persistenceDelay());
    return node;
  }

  private void prepare(EmbeddedNode node) {
    if (settings.faultPlan() != null) {
      node.install(settings.faultPlan());
    }
    node.bind(settings.kvAddress(node), settings.managerAddress(node));
  }

  private void schedule(long seconds, Consumer<Bucket> chore) {
    ScheduledFuture<?> running =
        resources
            .acceptor()
            .scheduleWithFixedDelay(
                () -> nodes.forEach(node -> node.tend(chore)), seconds, seconds, TimeUnit.SECONDS);
    running.addListener(
        ended -> {
          if (!ended.isCancelled() && ended.cause() != null) {
            LOG.error("Housekeeping ended; documents do not expire by themselves", ended.cause());
          }
        });
  }

  /** Those that are in the cluster, oldest first. */
  List<EmbeddedNode> all() {
    return List.copyOf(nodes);
  }

  /** Those that were failed over and can come back, oldest first. */
  List<EmbeddedNode> failedOver() {
    return List.copyOf(failedOver);
  }

  Cluster cluster() {
    return cluster;
  }

  Link link(EmbeddedNode from, EmbeddedNode to) {
    return cluster.replicator().link(from.id(), to.id());
  }

  // Buckets.

  ClusterBucket bucket(String name) {
    ClusterBucket bucket = cluster.bucket(name);
    if (bucket == null) {
      throw new IllegalArgumentException(
          "bucket="
              + name
              + ", existing="
              + cluster.buckets().stream().map(ClusterBucket::name).toList());
    }
    return bucket;
  }

  synchronized ClusterBucket createBucket(BucketSettings bucket) {
    ClusterBucket created =
        cluster.createBucket(
            bucket.name(),
            newUuid(),
            new BucketShape(bucket.vbuckets(), bucket.replicas(), bucket.quotaBytes()),
            settings.clock());
    nodes.forEach(node -> node.prepare(created));
    return created;
  }

  void removeBucket(String name) {
    ClusterBucket bucket = cluster.bucket(name);
    if (bucket == null || !cluster.removeBucket(name)) {
      throw new IllegalArgumentException("bucket=" + name);
    }
    nodes.forEach(node -> node.disconnect(bucket));
  }

  // Topology.

  synchronized EmbeddedNode add() {
    EmbeddedNode node = newNode();
    try {
      prepare(node);
      node.accept();
    } catch (RuntimeException e) {
      node.close();
      cluster.removeNode(node.clusterNode());
      throw e;
    }
    nodes.add(node);
    return node;
  }

  synchronized void addBack(EmbeddedNode node) {
    if (!failedOver.contains(node)) {
      throw new IllegalArgumentException("node=" + node + ", failedOver=" + failedOver);
    }
    node.comeBack(
        () -> {
          cluster.addBack(node.clusterNode());
          cluster.buckets().forEach(node::prepare);
        });
    failedOver.remove(node);
    nodes.add(node);
  }

  synchronized void rebalance() {
    cluster.rebalance(List.of(), MOVING);
  }

  synchronized void remove(EmbeddedNode node) {
    requireMember(node);
    cluster.rebalance(List.of(node.clusterNode()), MOVING);
    nodes.remove(node);
    node.close();
  }

  synchronized void failOver(EmbeddedNode node) {
    requireMember(node);
    node.leave();
    cluster.failOver(node.clusterNode());
    failedOver(node);
  }

  synchronized void failOverGracefully(EmbeddedNode node) {
    requireMember(node);
    cluster.failOverGracefully(node.clusterNode(), MOVING);
    node.leave();
    failedOver(node);
  }

  private void requireMember(EmbeddedNode node) {
    if (!nodes.contains(node) || nodes.size() == 1) {
      throw new IllegalArgumentException("node=" + node + ", nodes=" + nodes);
    }
  }

  private void failedOver(EmbeddedNode node) {
    nodes.remove(node);
    failedOver.add(node);
  }

  /** Does nothing when called again. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (control != null) {
      control.close();
    }
    nodes.forEach(EmbeddedNode::close);
    failedOver.forEach(EmbeddedNode::close);
    cluster.close();
    resources.workers().shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    resources.acceptor().shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
