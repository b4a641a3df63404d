package io.channelindex.embedded;

import io.channelindex.embedded.auth.UserStore;
import io.channelindex.embedded.cluster.ClusterBucket;
import io.channelindex.embedded.cluster.ClusterNode;
import io.channelindex.embedded.cluster.Node;
import io.channelindex.embedded.connection.KvService;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Loss;
import io.channelindex.embedded.fault.FaultInjector;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.Faults;
import io.channelindex.embedded.fault.PausableClock;
import io.channelindex.embedded.manager.ManagerService;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * One node of an {@link EmbeddedCouchbase}: ports, connections, faults, and its own copies of the
 * buckets. Thread-safe.
 */
public final class EmbeddedNode {
  private final ClusterNode node;
  private final FaultInjector faultInjector;
  private final KvService kvService;
  private final ManagerService managerService;
  private final Faults faults;

  /** A node whose ports are not bound yet. */
  EmbeddedNode(ClusterNode node, UserStore users, InstantSource clock, Duration dcpIdleTimeout) {
    this.node = node;
    faultInjector = new FaultInjector(clock instanceof PausableClock movable ? movable : null);
    kvService = new KvService(node, users, faultInjector, dcpIdleTimeout);
    faults = new Faults(faultInjector, node, kvService::release);
    managerService = new ManagerService(node, users);
  }

  private interface Service {
    InetSocketAddress bind(InetSocketAddress address);
  }

  /** Binds the ports; clients that connect wait until {@link #accept}. */
  void bind(
      InetSocketAddress kv,
      InetSocketAddress manager,
      EventLoopGroup acceptor,
      EventLoopGroup workers) {
    int managerPort =
        bind("managerPort", manager, address -> managerService.bind(address, acceptor));
    int kvPort = bind("port", kv, address -> kvService.bind(address, acceptor, workers));
    node.boundTo(new Node(kv.getAddress().getHostAddress(), kvPort, managerPort));
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

  void accept() {
    kvService.accept();
    managerService.accept();
  }

  void install(FaultPlan plan) {
    faults.install(plan);
  }

  /** A bucket came, which faults may have to take seqnos from. */
  void prepareForFaults(ClusterBucket bucket) {
    Bucket copy = bucket.copy(node);
    if (copy != null) {
      copy.keepTail(faultInjector.longestTail());
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

  void close() {
    managerService.close();
    kvService.close();
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
    return node.address().host();
  }

  /** The port of the data service. */
  public int port() {
    return node.address().kvPort();
  }

  /** The port of the manager's HTTP interface. */
  public int managerPort() {
    return node.address().managerPort();
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
    return host().contains(":") ? "[" + host() + "]" : host();
  }

  /** How many clients are connected to the data service. */
  public int connectionCount() {
    return kvService.connectionCount();
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
   * Ends the node like a hard kill, and takes it up again: clients lose their connections, what was
   * not persisted is lost, and the vbuckets that are active here begin a new branch.
   */
  public void crash() {
    node.buckets().forEach(this::crash);
  }

  @Override
  public String toString() {
    return node.toString();
  }
}
