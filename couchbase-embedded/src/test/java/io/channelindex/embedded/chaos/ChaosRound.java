package io.channelindex.embedded.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.env.ClusterEnvironment;
import io.channelindex.embedded.BucketSettings;
import io.channelindex.embedded.EmbeddedBucket;
import io.channelindex.embedded.EmbeddedCouchbase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.ThrowingRunnable;

/**
 * One cluster, from its first second to its last: clients and consumers work while a schedule is
 * carried out, then it is left alone, and what everybody saw is checked.
 *
 * <p>Schedule, requests and faults follow from the seed, and so does the number of replicas, which
 * is two for an odd one. How threads run does not, so that a seed that failed may have to be tried
 * more than once.
 */
final class ChaosRound implements AutoCloseable {
  private static final int VBUCKETS = 16;
  private static final int CLIENTS = 2;
  private static final int WORKERS = 6;
  private static final Worker.Keys KEYS = new Worker.Keys(24, 6);
  private static final String BUCKET = "chaos";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  // A connection that ends in the middle of its handshake is noticed by this timeout only.
  private static final Duration HANDSHAKE = Duration.ofSeconds(5);
  private static final Duration OPERATION = Duration.ofSeconds(1);
  private static final Duration DURABLE_OPERATION = Duration.ofSeconds(2);
  private static final Path DUMPS = Path.of("target", "chaos");

  /**
   * What there was to check.
   *
   * @param operations that clients began
   * @param branches of history that began, by failovers and crashes
   */
  record Scale(int operations, int branches) {}

  private final long seed;
  private final Duration duration;
  private final List<AutoCloseable> resources = new ArrayList<>();
  private final List<Follower> followers = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final History history = new History();
  private final EmbeddedCouchbase cluster;
  private final EmbeddedBucket bucket;
  private final int replicas;

  private ChaosRound(long seed, Duration duration) {
    this.seed = seed;
    this.duration = duration;
    Random random = new Random(seed);
    int nodes = 3 + random.nextInt(2);
    replicas = 1 + Math.floorMod(seed, 2);
    cluster =
        EmbeddedCouchbase.builder()
            .nodes(nodes)
            .bucket(new BucketSettings(BUCKET, VBUCKETS).withReplicas(replicas))
            .start();
    resources.add(cluster);
    bucket = cluster.bucket(BUCKET);
  }

  /**
   * Lets it happen.
   *
   * @throws AssertionError if anything was seen that may not be; the message has the seed, and the
   *     histories of documents that went wrong are in {@code target/chaos}, where what happened is
   *     in any case
   */
  static Scale run(long seed, Duration duration) {
    System.out.printf("chaos: -Dchaos.seed=%d -Dchaos.seconds=%d%n", seed, duration.toSeconds());
    try (ChaosRound round = new ChaosRound(seed, duration)) {
      return round.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted: seed=" + seed, e);
    }
  }

  private Scale run() throws InterruptedException {
    try (Chaos chaos = new Chaos(cluster, bucket)) {
      List<Collection> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(connect());
      }
      follow("first");
      List<Worker> workers = work(clients, chaos);
      chaos.calm();
      Collection later = connect();
      RecordingClient last = new RecordingClient("last", later, history);
      within(PATIENCE, () -> assertThat(unreadable(last)).as("what cannot be read").isEmpty());
      follow("latest");
      checkCopies(later);
      checkConsumers();
      checkHistories(chaos.watch().branches());
      List<Throwable> failures = new ArrayList<>(chaos.failures());
      workers.stream().map(Worker::failure).filter(Objects::nonNull).forEach(failures::add);
      return conclude(chaos, failures);
    }
  }

  private Collection connect() {
    ClusterEnvironment environment =
        ClusterEnvironment.builder()
            .timeoutConfig(
                timeouts ->
                    timeouts
                        .kvTimeout(OPERATION)
                        .kvDurableTimeout(DURABLE_OPERATION)
                        .connectTimeout(HANDSHAKE))
            .build();
    resources.add(() -> environment.shutdown(PATIENCE));
    Cluster client =
        Cluster.connect(
            cluster.connectionString(),
            ClusterOptions.clusterOptions(cluster.username(), cluster.password())
                .environment(environment));
    resources.add(() -> client.disconnect(PATIENCE));
    client.bucket(BUCKET).waitUntilReady(PATIENCE);
    return client.bucket(BUCKET).defaultCollection();
  }

  private void follow(String name) {
    Follower follower = Follower.start(name, cluster, BUCKET);
    resources.add(follower);
    followers.add(follower);
  }

  /** Has clients work while the schedule is carried out, and another consumer join them. */
  private List<Worker> work(List<Collection> clients, Chaos chaos) throws InterruptedException {
    List<Worker> workers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      String name = "worker" + i;
      RecordingClient client = new RecordingClient(name, clients.get(i % CLIENTS), history);
      Worker worker = new Worker(name, client, KEYS, seed * WORKERS + i);
      workers.add(worker);
      threads.add(new Thread(worker, name));
    }
    threads.forEach(Thread::start);
    try {
      chaos.unleash(Schedule.of(seed, duration));
      TimeUnit.NANOSECONDS.sleep(duration.toNanos() / 2);
      follow("second");
      TimeUnit.NANOSECONDS.sleep(duration.toNanos() / 2);
    } finally {
      workers.forEach(Worker::stop);
      for (Thread thread : threads) {
        thread.join(PATIENCE.toMillis());
      }
    }
    return workers;
  }

  /** The documents that could not be read, and why. */
  private static List<String> unreadable(RecordingClient client) {
    List<String> unreadable = new ArrayList<>();
    for (String key : KEYS.all()) {
      if (client.perform(Operation.Request.get(key)) instanceof Outcome.NotDone outcome) {
        unreadable.add(key + ", vbucket=" + Vbuckets.of(key, VBUCKETS) + ": " + outcome.why());
      }
    }
    return unreadable;
  }

  // What is checked.

  /** Every copy of every document becomes the same, and there are as many as nodes allow. */
  private void checkCopies(Collection documents) {
    int copies = Math.min(1 + replicas, cluster.nodes().size());
    for (String key : KEYS.all()) {
      within(
          PATIENCE,
          () -> {
            List<String> bodies =
                documents
                    .getAllReplicas(key)
                    .map(copy -> new String(copy.contentAsBytes(), UTF_8))
                    .toList();
            assertThat(new HashSet<>(bodies)).as(key).hasSizeLessThan(2);
            assertThat(bodies.size()).as(key).isIn(0, copies);
          });
    }
  }

  private void within(Duration patience, ThrowingRunnable assertion) {
    try {
      await().atMost(patience).untilAsserted(assertion);
    } catch (ConditionTimeoutException e) {
      violations.add(String.valueOf(e.getMessage()));
    }
  }

  private void checkConsumers() {
    Follower latest = followers.get(followers.size() - 1);
    for (Follower follower : followers) {
      awaitEnd(follower);
      violations.addAll(follower.violations());
      violations.addAll(Convergence.differences(follower, latest));
    }
  }

  private void awaitEnd(Follower follower) {
    for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
      int id = vbucket;
      within(
          PATIENCE,
          () ->
              assertThat(follower.position(id))
                  .as("%s, vbucket=%d", follower.name(), id)
                  .isGreaterThanOrEqualTo(bucket.highSeqno(id)));
    }
  }

  private void checkHistories(Map<Integer, Branches> branches) {
    Map<String, ConsumedVBucket.Document> end = followers.get(0).documents();
    List<Operation> all = new ArrayList<>();
    history
        .byKey()
        .forEach(
            (key, operations) -> {
              all.addAll(operations);
              checkHistory(key, operations, branches.get(Vbuckets.of(key, VBUCKETS)));
              violations.addAll(Convergence.differences(operations, end.get(key)));
            });
    violations.addAll(Promises.check(all, branches));
  }

  private void checkHistory(String key, List<Operation> operations, Branches branches) {
    Linearizability.Verdict verdict = Linearizability.check(operations, branches);
    if (!(verdict instanceof Linearizability.Verdict.Linearizable)) {
      violations.add("key=" + key + ": " + verdict + ", see " + dump(key, operations, branches));
    }
  }

  private Path dump(String key, List<Operation> operations, Branches branches) {
    List<String> lines = new ArrayList<>();
    long origin = operations.get(0).invokedNanos();
    Map<Long, String> byTime = new TreeMap<>();
    for (Branches.Branch branch : branches.branches().subList(1, branches.count())) {
      long at = branch.notBeforeNanos() - origin;
      byTime.put(at, "%10.3f ms  %s".formatted(at / 1e6, branch));
    }
    operations.forEach(
        operation ->
            byTime.merge(
                operation.invokedNanos() - origin,
                operation.describe(origin),
                (a, b) -> a + "\n" + b));
    lines.add("seed=" + seed + ", key=" + key + ", first branch=" + branches.get(0).vbuuid());
    lines.addAll(byTime.values());
    return write(key, lines);
  }

  private Path write(String name, List<String> lines) {
    try {
      Files.createDirectories(DUMPS);
      return Files.write(DUMPS.resolve(seed + "-" + name + ".txt"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Scale conclude(Chaos chaos, List<Throwable> failures) {
    int branches = 0;
    for (Branches each : chaos.watch().branches().values()) {
      branches += each.count() - 1;
    }
    System.out.printf(
        "chaos: nodes=%d, replicas=%d, operations=%d, unanswered=%d, branches=%d, rollbacks=%s%n",
        cluster.nodes().size(),
        replicas,
        history.size(),
        history.unanswered(),
        branches,
        followers.stream().map(Follower::rollbacks).toList());
    Path log = write("log", chaos.log());
    failures.forEach(failure -> violations.add(failure.toString()));
    if (violations.isEmpty()) {
      return new Scale(history.size(), branches);
    }
    write("violations", violations);
    AssertionError error =
        new AssertionError(
            "-Dchaos.seed=%d -Dchaos.seconds=%d, %d violations, see %s:%n%s"
                .formatted(
                    seed,
                    duration.toSeconds(),
                    violations.size(),
                    log,
                    String.join("\n", violations.subList(0, Math.min(10, violations.size())))));
    failures.forEach(error::addSuppressed);
    throw error;
  }

  @Override
  public void close() {
    for (int i = resources.size() - 1; i >= 0; i--) {
      try {
        resources.get(i).close();
      } catch (Exception e) {
        throw new IllegalStateException("seed=" + seed, e);
      }
    }
  }
}
