package io.channelindex.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.couchbase.client.java.Collection;
import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.BufferedReader;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ten thousand connections, of which few do anything. */
@ExtendWith(NettyLeaks.class)
class ManyConnectionsIT {
  private static final Logger LOG = LoggerFactory.getLogger(ManyConnectionsIT.class);

  private static final int CONNECTIONS = 10_000;

  /** Files, jars and sockets of the JVM beside them. */
  private static final int OTHER_DESCRIPTORS = 500;

  private static final int FEWEST = 1_000;

  /**
   * What an idle connection may cost on and off the heap, half a frame or an answer included. It
   * was 4,200 to 4,400 bytes when this was written.
   */
  private static final long BYTES_PER_CONNECTION = 8_000;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** All, or as many as a process on this machine may have, which the log then tells. */
  private static int connections() {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    if (!(system instanceof UnixOperatingSystemMXBean unix)) {
      return CONNECTIONS;
    }
    long descriptors = unix.getMaxFileDescriptorCount();
    int possible = (int) Math.min(CONNECTIONS, descriptors - OTHER_DESCRIPTORS);
    if (possible < CONNECTIONS) {
      LOG.warn(
          "{} connections instead of {}: the limit of descriptors, ulimit -n, is {}",
          possible,
          CONNECTIONS,
          descriptors);
    }
    assertThat(possible).as("of %d descriptors", descriptors).isGreaterThanOrEqualTo(FEWEST);
    return possible;
  }

  private static long usedBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  @Test
  void costLittleDisturbNobodyAndEndWithTheNode() throws Exception {
    int count = connections();
    EmbeddedCouchbase node = EmbeddedCouchbase.builder().bucket("data").start();
    try (JavaClient client = JavaClient.connect(node)) {
      Collection documents = client.documents("data");
      requireWorking(documents);
      int active = node.connectionCount();
      long before = usedBytes();
      Process crowd = crowd(node, count);
      try (BufferedReader out = crowd.inputReader(UTF_8)) {
        assertThat(out.readLine()).isEqualTo("open " + count);
        await()
            .atMost(PATIENCE)
            .untilAsserted(() -> assertThat(node.connectionCount()).isEqualTo(active + count));
        requireWorking(documents);

        long each = (usedBytes() - before) / count;
        assertThat(each).as("bytes of each of %d", count).isLessThanOrEqualTo(BYTES_PER_CONNECTION);

        long start = System.nanoTime();
        node.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(node.connectionCount()).isZero();
        assertThat(out.readLine()).isEqualTo("closed " + count);
        assertThat(crowd.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      } finally {
        crowd.destroyForcibly();
      }
    } finally {
      node.close();
    }
  }

  private static Process crowd(EmbeddedCouchbase node, int count) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Crowd.class.getName(),
            node.host(),
            String.valueOf(node.port()),
            String.valueOf(count))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void requireWorking(Collection documents) {
    for (int i = 0; i < 200; i++) {
      documents.upsert("key", i);
      assertThat(documents.get("key").contentAs(Integer.class)).isEqualTo(i);
    }
  }
}
