package io.channelindex.embedded;

import io.channelindex.embedded.cluster.ClusterBucket;
import io.channelindex.embedded.cluster.ClusterNode;
import io.channelindex.embedded.cluster.Node;
import io.channelindex.embedded.cluster.NodeState;
import io.channelindex.embedded.connection.KvService;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Loss;
import io.channelindex.embedded.fault.FaultInjector;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.Faults;
import io.channelindex.embedded.fault.PausableClock;
import io.channelindex.embedded.manager.ManagerService;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of an {@link EmbeddedCouchbase}: ports, connections, faults, and its own copies of the
 * buckets. Thread-safe.
 *
 * <p>A node can stand still ({@link #pause}), be gone ({@link #kill}) and come back ({@link
 * #restart}) as long as it is of the cluster; what becomes of its vbuckets meanwhile is up to
 * {@link EmbeddedCouchbase#failOver}. None of these waits for a change of the topology that is
 * under way. They must not be called on a thread on which a client is answered.
 */
public final class EmbeddedNode {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedNode.class);

  /** What a timer can wait for. */
  private static final Duration MAX_DELAY = Duration.ofNanos(Long.MAX_VALUE);

  private final ClusterNode node;
  private final RunningNodes.Settings settings;
  private final NodeResources resources;
  private final FaultInjector faultInjector;
  private final Faults faults;
  private final ClientLink clientLink = new ClientLink(this);

  /** The process, so to speak: a node that is started again gets new ones. */
  private volatile KvService kvService;

  private volatile ManagerService managerService;
  private @Nullable ReservedPorts reservedPorts;
  private @Nullable Future<?> warmUp;
  private @Nullable Future<?> flusher;
  private volatile Duration persistenceDelay = Duration.ZERO;

  /** A node whose ports are not bound yet. */
  EmbeddedNode(ClusterNode node, RunningNodes.Settings settings, NodeResources resources) {
    this.node = node;
    this.settings = settings;
    this.resources = resources;
    faultInjector =
        new FaultInjector(settings.clock() instanceof PausableClock movable ? movable : null);
    faults = new Faults(faultInjector, node, () -> kvService.release());
    kvService = newKvService();
    managerService = newManagerService();
  }

  private KvService newKvService() {
    return new KvService(node, resources.users(), faultInjector, settings.dcpIdleTimeout());
  }

  private ManagerService newManagerService() {
    return new ManagerService(node, resources.users(), resources.control());
  }

  private interface Service {
    InetSocketAddress bind(InetSocketAddress address);
  }

  /** Binds the ports; clients that connect wait until {@link #accept}. */
  synchronized void bind(InetSocketAddress kv, InetSocketAddress manager) {
    int managerPort =
        bind("managerPort", manager, address -> managerService.bind(address, resources.acceptor()));
    int kvPort =
        bind(
            "port",
            kv,
            address -> kvService.bind(address, resources.acceptor(), resources.workers()));
    if (!node.isBound()) {
      node.boundTo(new Node(kv.getAddress(), kvPort, managerPort));
    }
  }

  private static int bind(String name, InetSocketAddress address, Service service) {
    try {
      return service.bind(address).getPort();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      // Netty throws what the socket threw, declared or not.
      throw new IllegalStateException(
          name + "=" + address.getPort() + " on " + address.getAddress() + ": " + e.getMessage(),
          e);
    }
  }

  synchronized void accept() {
    kvService.accept();
    managerService.accept();
  }

  /** Does what {@link #clientLink} says now; a node that is not there does it when it is. */
  synchronized void adapt() {
    if (state() != NodeState.KILLED && state() != NodeState.GONE) {
      adaptServices();
    }
  }

  private void adaptServices() {
    KvService service = kvService;
    service.delay(clientLink.delay());
    if (clientLink.isCut() || state() == NodeState.PAUSED) {
      service.stop();
      managerService.stop();
    } else {
      service.goOn();
      managerService.goOn();
    }
  }

  void install(FaultPlan plan) {
    faults.install(plan);
  }

  /** A bucket came, which faults may have to take seqnos from, and which this disk is to keep. */
  synchronized void prepare(ClusterBucket bucket) {
    Bucket copy = bucket.copy(node);
    if (copy != null) {
      copy.keepTail(faultInjector.longestTail());
      adaptPersistence(copy);
    }
  }

  private void adaptPersistence(Bucket copy) {
    if (persistenceDelay.isZero()) {
      copy.persistAtOnce();
    } else {
      copy.deferPersistence();
    }
  }

  void disconnect(ClusterBucket bucket) {
    Bucket copy = bucket.copy(node);
    if (copy != null) {
      kvService.disconnect(copy);
    }
  }

  void crash(Bucket copy) {
    kvService.crash(copy, new Loss.Unpersisted());
  }

  /** Does housekeeping of its copies, if it can. */
  void tend(Consumer<Bucket> chore) {
    if (node.isRunning()) {
      node.buckets().forEach(chore);
    }
  }

  // The disk.

  /**
   * From now on writes stay in memory, as on a node whose disk hangs, in all buckets that there
   * are: {@link #kill} and {@link #crash} lose them. A node that is started again has a disk that
   * works.
   */
  public void pausePersistence() {
    node.buckets().forEach(Bucket::pausePersistence);
  }

  /** Persists everything; then {@link #persistenceDelay} holds again. */
  public void resumePersistence() {
    node.buckets().forEach(Bucket::resumePersistence);
  }

  /** Whether writes to some bucket stay in memory until {@link #resumePersistence}. */
  public boolean isPersistencePaused() {
    return node.buckets().stream().anyMatch(Bucket::isPersistencePaused);
  }

  /** How long what is written may wait to be persisted. */
  public Duration persistenceDelay() {
    return persistenceDelay;
  }

  /**
   * How slow the disk is from now on: every {@code delay}, what is there by then is persisted, so
   * that a write waits that long at most. Durable writes that have to be persisted wait, {@code
   * observe_seqno} says how far it is, and a crash loses the rest. 0, the default, persists at
   * once. Tombstones are not purged from a slow disk.
   *
   * @throws IllegalArgumentException if it is negative, or more than 292 years
   */
  public synchronized void persistenceDelay(Duration delay) {
    requireDelay("delay", delay);
    endFlushing();
    persistenceDelay = delay;
    node.buckets().forEach(this::adaptPersistence);
    if (!delay.isZero()) {
      long nanos = delay.toNanos();
      flusher =
          resources
              .acceptor()
              .scheduleWithFixedDelay(this::flush, nanos, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void flush() {
    try {
      tend(Bucket::flush);
    } catch (RuntimeException e) {
      LOG.error("A slow disk did not write; it will try again: node={}", this, e);
    }
  }

  static void requireDelay(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + "=" + value + ", minimum=" + Duration.ZERO);
    }
    if (value.compareTo(MAX_DELAY) > 0) {
      throw new IllegalArgumentException(name + "=" + value + ", maximum=" + MAX_DELAY);
    }
  }

  private void endFlushing() {
    if (flusher != null) {
      flusher.cancel(false);
      flusher = null;
    }
  }

  // The process.

  public NodeState state() {
    return node.state();
  }

  /**
   * The node stands still, as a process that got SIGSTOP: its sockets stay open, nothing is read,
   * answered, accepted or replicated. Clients wait, or give up; nothing is lost. Does nothing if it
   * stands still already.
   *
   * @throws IllegalStateException if it is neither running nor paused
   */
  public synchronized void pause() {
    require(NodeState.RUNNING, NodeState.PAUSED);
    node.become(NodeState.PAUSED);
    adaptServices();
  }

  /**
   * The opposite of {@link #pause}; does nothing if the node is running.
   *
   * @throws IllegalStateException if it is neither running nor paused
   */
  public synchronized void resume() {
    require(NodeState.RUNNING, NodeState.PAUSED);
    node.become(NodeState.RUNNING);
    adaptServices();
  }

  /**
   * Ends the node like a hard kill: its connections end, its ports refuse, and what was not
   * persisted is lost. It stays in the cluster, and its vbuckets are nowhere else, until it is
   * failed over. Does nothing if it is killed already.
   *
   * @throws IllegalStateException if it is not in the cluster
   */
  public synchronized void kill() {
    require(NodeState.RUNNING, NodeState.PAUSED, NodeState.WARMING_UP, NodeState.KILLED);
    if (state() != NodeState.KILLED) {
      node.become(NodeState.KILLED);
      stop();
      reservePorts();
      node.buckets().forEach(Bucket::crash);
    }
  }

  /** As {@link #restart(Duration)}, without any warm-up. */
  public void restart() {
    restart(Duration.ZERO);
  }

  /**
   * Starts a node that was killed, on the ports that it had and with what it had persisted. What is
   * active here begins a new branch of its history, as after every kill, and serves clients when
   * {@code warmUp} is over; until then they are asked to come again (<i>temporary failure</i>), and
   * nothing is replicated. Persistence is not paused any more.
   *
   * @throws IllegalArgumentException if {@code warmUp} is negative, or more than 292 years
   * @throws IllegalStateException if it was not killed, or was failed over meanwhile; or if a port
   *     cannot be bound any more
   */
  public synchronized void restart(Duration warmUp) {
    require(NodeState.KILLED);
    requireDelay("warmUp", warmUp);
    start();
    resumePersistence();
    if (warmUp.isZero()) {
      node.become(NodeState.RUNNING);
    } else {
      node.become(NodeState.WARMING_UP);
      this.warmUp =
          resources.acceptor().schedule(node::warmedUp, warmUp.toNanos(), TimeUnit.NANOSECONDS);
    }
    accept();
  }

  /** Is in the cluster again, empty. */
  synchronized void comeBack(Runnable join) {
    start();
    join.run();
    node.become(NodeState.RUNNING);
    accept();
  }

  /** Binds the ports that the node had; clients that connect wait. */
  private void start() {
    Node address = node.address();
    releasePorts();
    kvService = newKvService();
    managerService = newManagerService();
    try {
      bind(socketAddress(address.kvPort()), socketAddress(address.managerPort()));
    } catch (RuntimeException e) {
      stop();
      reservePorts();
      throw e;
    }
    adaptServices();
  }

  private void stop() {
    if (warmUp != null) {
      warmUp.cancel(false);
    }
    managerService.close();
    kvService.close();
  }

  private void reservePorts() {
    Node address = node.address();
    releasePorts();
    reservedPorts =
        new ReservedPorts(socketAddress(address.kvPort()), socketAddress(address.managerPort()));
  }

  private void releasePorts() {
    if (reservedPorts != null) {
      reservedPorts.close();
      reservedPorts = null;
    }
  }

  private InetSocketAddress socketAddress(int port) {
    return new InetSocketAddress(settings.host(), port);
  }

  private void require(NodeState... allowed) {
    if (!List.of(allowed).contains(state())) {
      throw new IllegalStateException(
          "node=" + node + ", state=" + state() + ", allowed=" + List.of(allowed));
    }
  }

  /** The node is not of the cluster any more, but keeps its ports: it may come back. */
  synchronized void leave() {
    node.become(NodeState.GONE);
    stop();
    reservePorts();
  }

  synchronized void close() {
    endFlushing();
    node.become(NodeState.GONE);
    stop();
    releasePorts();
  }

  ClusterNode clusterNode() {
    return node;
  }

  /** Which node this is, in the order that they came in, from 0; never another one's. */
  public int id() {
    return node.id();
  }

  /** The address that the ports are bound to. */
  public String host() {
    return node.address().host().getHostAddress();
  }

  /** The port of the data service. */
  public int port() {
    return node.address().kvPort();
  }

  /** The port of the manager's HTTP interface. */
  public int managerPort() {
    return node.address().managerPort();
  }

  /**
   * The manager's HTTP interface, for example {@code http://127.0.0.1:8091}: for clients on the
   * same machine if the node listens on all addresses.
   */
  public URI managerUri() {
    return URI.create("http://" + uriHost() + ":" + managerPort());
  }

  /** {@code host:port=kv,host:port=manager}, for a connection string. */
  String seed() {
    return "%1$s:%2$d=kv,%1$s:%3$d=manager".formatted(uriHost(), port(), managerPort());
  }

  /** {@code host:port} of the data service, for a connection string. */
  String plainSeed() {
    return uriHost() + ":" + port();
  }

  private String uriHost() {
    return node.address().uriHost();
  }

  /** How many clients are connected to the data service. */
  public int connectionCount() {
    return kvService.connectionCount();
  }

  /** The way between clients and this node. */
  public ClientLink clientLink() {
    return clientLink;
  }

  /** What goes wrong on this node, on demand. */
  public Faults faults() {
    return faults;
  }

  /**
   * This node's copy of a bucket: what is asked of it is answered for the vbuckets that are here,
   * and what is done to it is done to this copy only.
   *
   * @throws IllegalArgumentException if there is no bucket called {@code name}
   */
  public EmbeddedBucket bucket(String name) {
    ClusterBucket bucket = node.cluster().bucket(name);
    if (bucket == null || bucket.copy(node) == null) {
      throw new IllegalArgumentException(
          "bucket="
              + name
              + ", node="
              + node
              + ", existing="
              + node.buckets().stream().map(Bucket::name).toList());
    }
    return new EmbeddedBucket(bucket, () -> List.of(this));
  }

  /**
   * {@link #kill} and {@link #restart} at once, so that the ports never refuse: clients lose their
   * connections, what was not persisted is lost, and the vbuckets that are active here begin a new
   * branch.
   *
   * @throws IllegalStateException if the node is not running
   */
  public synchronized void crash() {
    require(NodeState.RUNNING);
    node.buckets().forEach(this::crash);
  }

  @Override
  public String toString() {
    return node.toString();
  }
}
