package io.channelindex.embedded;

import io.channelindex.embedded.auth.Account;
import io.channelindex.embedded.auth.UserStore;
import io.channelindex.embedded.cluster.Cluster;
import io.channelindex.embedded.cluster.Node;
import io.channelindex.embedded.connection.KvService;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.BucketShape;
import io.channelindex.embedded.fault.FaultInjector;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.embedded.fault.Faults;
import io.channelindex.embedded.fault.PausableClock;
import io.channelindex.embedded.manager.ManagerService;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Couchbase data node in this JVM, that the real clients talk to over sockets: KV, sub-document
 * and DCP, with authentication.
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
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedCouchbase.class);
  private static final Duration TOMBSTONE_AGE = Duration.ofDays(3);
  private static final long PAGER_SECONDS = 1;
  private static final long PURGE_SECONDS = 60;

  private final String username;
  private final String password;
  private final InstantSource clock;
  private final Cluster cluster;
  private final FaultInjector faultInjector;
  private final Faults faults;
  private final KvService kvService;
  private final ManagerService managerService;
  private final EventLoopGroup acceptor;
  private final EventLoopGroup workers;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Node node;

  private EmbeddedCouchbase(Builder builder) {
    username = builder.username;
    password = builder.password;
    clock = builder.clock;
    cluster = new Cluster(newUuid());
    Account account = Account.of(username, password);
    UserStore users = UserStore.of(account);
    faultInjector = new FaultInjector(clock instanceof PausableClock movable ? movable : null);
    kvService = new KvService(cluster, users, faultInjector, builder.dcpIdleTimeout);
    faults = new Faults(faultInjector, cluster, kvService::release);
    managerService = new ManagerService(cluster, users);
    acceptor = eventLoops(1, "couchbase-accept");
    workers = eventLoops(builder.threads, "couchbase-io");
    builder.buckets.values().forEach(this::createBucket);
    try {
      if (builder.faultPlan != null) {
        faults.install(builder.faultPlan);
      }
      int managerPort =
          bind(
              "managerPort",
              builder.managerAddress(),
              address -> managerService.bind(address, acceptor));
      int kvPort =
          bind("port", builder.kvAddress(), address -> kvService.bind(address, acceptor, workers));
      node = new Node(builder.host.getHostAddress(), kvPort, managerPort);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    cluster.setNodes(List.of(node));
    kvService.accept();
    managerService.accept();
    // Deriving keys costs tens of milliseconds: done before the first client needs them, elsewhere.
    Thread keys = new Thread(account::forgetPassword, "couchbase-keys");
    keys.setDaemon(true);
    keys.start();
    schedule(PAGER_SECONDS, Bucket::expire);
    schedule(PURGE_SECONDS, bucket -> bucket.purgeTombstones(TOMBSTONE_AGE));
  }

  private interface Service {
    InetSocketAddress bind(InetSocketAddress address);
  }

  private int bind(String name, InetSocketAddress address, Service service) {
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

  private static EventLoopGroup eventLoops(int threads, String name) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
  }

  private void schedule(long seconds, Consumer<Bucket> chore) {
    ScheduledFuture<?> running =
        acceptor.scheduleWithFixedDelay(
            () -> cluster.buckets().forEach(chore), seconds, seconds, TimeUnit.SECONDS);
    running.addListener(
        ended -> {
          if (!ended.isCancelled() && ended.cause() != null) {
            LOG.error("Housekeeping ended; documents do not expire by themselves", ended.cause());
          }
        });
  }

  private static String newUuid() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /** A node with one account, {@code Administrator} / {@code password}, and no buckets yet. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * What clients connect with, for example {@code
   * couchbase://127.0.0.1:11210=kv,127.0.0.1:8091=manager}.
   *
   * <p>{@code couchbase://127.0.0.1:11210} is enough to connect, but a {@code java-client} that is
   * not told the manager's port assumes 8091. When the configuration says something else, it takes
   * the node for another one and connects anew, and now and then forgets the first request
   * meanwhile.
   */
  public String connectionString() {
    return "couchbase://%1$s:%2$d=kv,%1$s:%3$d=manager"
        .formatted(uriHost(), node.kvPort(), node.managerPort());
  }

  /**
   * The same with the data service's port only, for SDKs that know no other form: {@code
   * couchbase://127.0.0.1:11210}.
   */
  public String plainConnectionString() {
    return "couchbase://%s:%d".formatted(uriHost(), node.kvPort());
  }

  private String uriHost() {
    return node.host().contains(":") ? "[" + node.host() + "]" : node.host();
  }

  /** The address that the ports are bound to. */
  public String host() {
    return node.host();
  }

  /** The port of the data service. */
  public int port() {
    return node.kvPort();
  }

  /** The port of the manager's HTTP interface. */
  public int managerPort() {
    return node.managerPort();
  }

  public String username() {
    return username;
  }

  public String password() {
    return password;
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
   * The bucket called {@code name}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public EmbeddedBucket bucket(String name) {
    Bucket bucket = cluster.bucket(name);
    if (bucket == null) {
      throw new IllegalArgumentException(
          "bucket=" + name + ", existing=" + cluster.buckets().stream().map(Bucket::name).toList());
    }
    return new EmbeddedBucket(bucket, kvService);
  }

  /**
   * Adds a bucket while the node runs.
   *
   * @throws IllegalArgumentException if there is one of that name
   */
  public EmbeddedBucket createBucket(BucketSettings settings) {
    Bucket bucket =
        new Bucket(
            settings.name(),
            newUuid(),
            new BucketShape(settings.vbuckets(), settings.replicas(), settings.quotaBytes()),
            clock);
    cluster.addBucket(bucket);
    bucket.keepTail(faultInjector.longestTail());
    return new EmbeddedBucket(bucket, kvService);
  }

  /**
   * Removes a bucket and everything in it; its clients lose their connections.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public void removeBucket(String name) {
    Bucket bucket = cluster.bucket(name);
    if (bucket == null || !cluster.removeBucket(name)) {
      throw new IllegalArgumentException("bucket=" + name);
    }
    kvService.disconnect(bucket);
  }

  /** Closes every connection and port, and forgets everything. Does nothing when called again. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    managerService.close();
    kvService.close();
    workers.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    acceptor.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** What a node is made of. Not thread-safe. */
  public static final class Builder {
    private static final int MAX_PORT = 65_535;

    private final Map<String, BucketSettings> buckets = new LinkedHashMap<>();
    private InetAddress host = InetAddress.getLoopbackAddress();
    private int port;
    private int managerPort;
    private int vbuckets = 64;
    private long quotaBytes = BucketSettings.UNLIMITED;
    private int threads = Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), 8));
    private Duration dcpIdleTimeout = Duration.ofMinutes(6);
    private String username = "Administrator";
    private String password = "password";
    private InstantSource clock = PausableClock.running();
    private @Nullable FaultPlan faultPlan;

    private Builder() {}

    /** Address to listen on; the loopback address by default. */
    public Builder host(InetAddress address) {
      host = address;
      return this;
    }

    /** Port of the data service; 0, the default, for any that is free. */
    public Builder port(int value) {
      port = requirePort("port", value);
      return this;
    }

    /** Port of the manager's HTTP interface; 0, the default, for any that is free. */
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

    /** Event loops of the node; as many as cores by default, at most 8. */
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

    /** What goes wrong from the first connection on; nothing by default. */
    public Builder faults(FaultPlan plan) {
      faultPlan = plan;
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

    private InetSocketAddress kvAddress() {
      return new InetSocketAddress(host, port);
    }

    private InetSocketAddress managerAddress() {
      return new InetSocketAddress(host, managerPort);
    }

    private static int requirePort(String name, int value) {
      if (value < 0 || value > MAX_PORT) {
        throw new IllegalArgumentException(name + "=" + value + ", allowed=0 to " + MAX_PORT);
      }
      return value;
    }
  }
}
