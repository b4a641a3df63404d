package io.channelindex.perf.cluster;

import io.channelindex.embedded.BucketSettings;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.EmbeddedNode;
import io.channelindex.embedded.fault.FaultPlan;
import io.channelindex.perf.config.Buckets;
import io.channelindex.perf.config.Credentials;
import io.channelindex.perf.target.Endpoint;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A few embedded servers in this process, which count who asks them for documents of the index
 * bucket, and answer as if over a network. Time that they take is not theirs alone: what is
 * measured of them is whom a reader asks and waits for.
 */
public final class ServerTeam implements AutoCloseable {
  /** How many there are. */
  public static final int SERVERS = 3;

  /** Which of them is the slowest, if there is one. */
  public static final int SLOWEST = 0;

  private static final String ASKED = "asked";

  private final Buckets buckets;
  private final EmbeddedCouchbase cluster;

  /**
   * Starts them with two empty buckets.
   *
   * @param like whose buckets theirs are called as
   */
  public ServerTeam(int vbuckets, Endpoint like) {
    this.buckets = like.buckets();
    cluster =
        EmbeddedCouchbase.builder()
            .nodes(SERVERS)
            .bucket(new BucketSettings(buckets.data(), vbuckets))
            .bucket(new BucketSettings(buckets.index(), vbuckets))
            .start();
  }

  /** How to reach them. */
  public Endpoint endpoint() {
    return new Endpoint(
        cluster.connectionString(),
        new Credentials(cluster.username(), cluster.password()),
        buckets);
  }

  /**
   * From now on gets are counted from 0, and answered late.
   *
   * @param usual by how much
   * @param slowest the same of {@link #SLOWEST}
   */
  public void answerAfter(Duration usual, Duration slowest) {
    List<EmbeddedNode> nodes = cluster.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      nodes.get(i).faults().install(FaultPlan.parse(plan(i == SLOWEST ? slowest : usual)));
    }
  }

  private String plan(Duration delay) {
    return """
        {"rules": [{"name": "%s", "on": "request", "opcodes": ["GET"], "bucket": "%s",
                    "do": {"delayAnswer": "%s"}}]}
        """
        .formatted(ASKED, buckets.index(), delay);
  }

  /** How many gets each server was asked, in a fixed order. */
  public long[] asked() {
    return cluster.nodes().stream().mapToLong(node -> node.faults().count(ASKED)).toArray();
  }

  /** How many servers were asked since {@code before}. */
  public static long servers(long[] before, long[] after) {
    long servers = 0;
    for (int i = 0; i < after.length; i++) {
      servers += after[i] > before[i] ? 1 : 0;
    }
    return servers;
  }

  /** How many gets there were since {@code before}. */
  public static long requests(long[] before, long[] after) {
    return Arrays.stream(after).sum() - Arrays.stream(before).sum();
  }

  @Override
  public void close() {
    cluster.close();
  }
}
