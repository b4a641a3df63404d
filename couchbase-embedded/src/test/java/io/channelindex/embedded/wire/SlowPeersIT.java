package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.NettyLeaks;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Peers that do not read, or write next to nothing: what the node holds for them is bounded,
 * however much they asked for or announced, and others do not wait for them.
 */
@Authority(value = Authority.Kind.OWN, where = "bounds of this node")
@ExtendWith(NettyLeaks.class)
class SlowPeersIT {
  private static final int MEGABYTE = 1 << 20;

  /** What a connection may hold, and the grain in which Netty takes memory from the system. */
  private static final long BOUND = 32L * MEGABYTE;

  private TestNode node;
  private Bystander bystander;

  @BeforeEach
  void start() {
    node = TestNode.start();
    bystander = new Bystander(node);
    bystander.assertUndisturbed();
  }

  @AfterEach
  void nobodyElseNoticed() {
    bystander.assertUndisturbed();
    bystander.close();
    node.close();
  }

  private static long bufferBytes() {
    ByteBufAllocatorMetric metric =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    return metric.usedDirectMemory() + metric.usedHeapMemory();
  }

  private void assertStaysBelow(long bytes) {
    await()
        .during(Duration.ofMillis(500))
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> {
              bystander.assertUndisturbed();
              assertThat(bufferBytes()).isLessThanOrEqualTo(bytes);
            });
  }

  private void store(DocumentKey key) {
    Frame large = Captures.set(key, "x".repeat(MEGABYTE));
    assertStatus(bystander.client().call(large), Status.SUCCESS);
  }

  @Test
  void aGigabyteOfAnswersThatNobodyReadsIsNotHeld() {
    DocumentKey key = DocumentKey.of("large");
    store(key);
    long before = bufferBytes();
    try (WireClient client = node.open()) {
      for (int i = 0; i < 1_000; i++) {
        client.send(Captures.get(key));
      }

      assertStaysBelow(before + BOUND);
      client.reset();
    }
  }

  @Test
  void aStreamWithoutFlowControlThatNobodyReadsIsNotHeldAndNotLost() {
    int documents = 120;
    int vbucket = 5;
    for (int i = 0; i < documents; i++) {
      store(inVbucket(vbucket, i));
    }
    long before = bufferBytes();
    try (DcpSession dcp = DcpSession.open(node, "deaf")) {
      dcp.request(vbucket, dcp.vbuuid(vbucket), 0, documents);

      assertStaysBelow(before + BOUND);

      int mutations = 0;
      Frame frame;
      do {
        frame = dcp.client().nextServerFrame();
        mutations += frame.is(Opcode.DCP_MUTATION) ? 1 : 0;
      } while (!frame.is(Opcode.DCP_STREAM_END));
      assertThat(mutations).isEqualTo(documents);
    }
  }

  /** The {@code ordinal}-th document of a vbucket. */
  private static DocumentKey inVbucket(int vbucket, int ordinal) {
    int found = -1;
    for (int i = 0; ; i++) {
      DocumentKey key = DocumentKey.of("document" + i);
      found += key.vbucket() == vbucket ? 1 : 0;
      if (found == ordinal) {
        return key;
      }
    }
  }

  @Test
  void framesThatAreAnnouncedLargeAndComeByteByByteCostWhatCame() {
    int writers = 200;
    int bytes = 100;
    byte[] header = Captures.set(DocumentKey.of("slow"), "").encode();
    ByteBuffer.wrap(header).putInt(8, 20 * MEGABYTE);
    long before = bufferBytes();
    List<WireClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < writers; i++) {
        WireClient client = node.open();
        clients.add(client);
        client.sendRaw(header);
      }
      for (int i = 0; i < bytes; i++) {
        clients.forEach(client -> client.sendRaw(new byte[1]));
        bystander.assertUndisturbed();
      }

      assertStaysBelow(before + BOUND);
      assertThat(node.connectionCount()).isEqualTo(writers + 1);
    } finally {
      clients.forEach(WireClient::close);
    }
    await().until(() -> node.connectionCount() == 1);
  }
}
