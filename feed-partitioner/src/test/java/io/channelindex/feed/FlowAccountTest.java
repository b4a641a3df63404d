package io.channelindex.feed;

import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.dcp.transport.netty.ChannelFlowController;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Bytes come back to flow control exactly once. */
class FlowAccountTest {
  private final LongAdder buffered = new LongAdder();

  private static final class Flow implements ChannelFlowController {
    final AtomicLong acknowledged = new AtomicLong();

    @Override
    public void ack(ByteBuf message) {
      ack(message.readableBytes());
    }

    @Override
    public void ack(int bytes) {
      assertThat(bytes).isPositive();
      acknowledged.addAndGet(bytes);
    }
  }

  @Test
  void aReceiptCountsOnce() {
    Flow flow = new Flow();
    FlowAccount account = new FlowLedger(buffered).account(flow);
    Runnable first = account.receive(10);
    Runnable second = account.receive(20);
    assertThat(buffered.sum()).isEqualTo(30);
    first.run();
    first.run();
    assertThat(flow.acknowledged).hasValue(10);
    assertThat(buffered.sum()).isEqualTo(20);
    account.release();
    second.run();
    account.release();
    assertThat(flow.acknowledged).hasValue(30);
    assertThat(buffered.sum()).isZero();
  }

  @Test
  void connectionsAreKeptApartAndReleasedTogether() {
    Flow one = new Flow();
    Flow other = new Flow();
    FlowLedger ledger = new FlowLedger(buffered);
    ledger.account(one).receive(1);
    ledger.account(other).receive(2);
    ledger.account(one).receive(4);
    ledger.release();
    assertThat(one.acknowledged).hasValue(5);
    assertThat(other.acknowledged).hasValue(2);
    Flow late = new Flow();
    ledger.account(late).receive(8).run();
    assertThat(late.acknowledged).hasValue(8);
    assertThat(buffered.sum()).isZero();
  }

  @Test
  void nothingIsLostOrDoubledWhenAReleaseMeetsReceipts() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      for (int round = 0; round < 300; round++) {
        Flow flow = new Flow();
        FlowLedger ledger = new FlowLedger(buffered);
        CyclicBarrier begin = new CyclicBarrier(3);
        List<Future<?>> ends = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          ends.add(
              threads.submit(
                  () -> {
                    begin.await();
                    for (int n = 0; n < 50; n++) {
                      Runnable receipt = ledger.account(flow).receive(3);
                      if (n % 3 != 0) {
                        receipt.run();
                        receipt.run();
                      }
                    }
                    return null;
                  }));
        }
        ends.add(
            threads.submit(
                () -> {
                  begin.await();
                  ledger.release();
                  return null;
                }));
        for (Future<?> end : ends) {
          end.get();
        }
        assertThat(flow.acknowledged).hasValue(300);
        assertThat(buffered.sum()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
