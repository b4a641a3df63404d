package io.channelindex.feed;

import com.couchbase.client.dcp.transport.netty.ChannelFlowController;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one session holds of one connection's flow control buffer. Flow control is per connection:
 * bytes that a session that is over never gives back would in the end stall everybody else on it,
 * therefore {@link #release} gives back whatever is left.
 *
 * <p>Thread-safe, without locks of its own.
 */
final class FlowAccount {
  private static final long RELEASED = -1;

  private final ChannelFlowController flow;
  private final LongAdder buffered;
  private final AtomicLong outstanding = new AtomicLong();

  /**
   * An account without debts.
   *
   * @param buffered counts what is outstanding over all accounts
   */
  FlowAccount(ChannelFlowController flow, LongAdder buffered) {
    this.flow = flow;
    this.buffered = buffered;
  }

  boolean isOf(ChannelFlowController controller) {
    return flow == controller;
  }

  /** Takes bytes in; to be run when they are needed no more, from the second time on in vain. */
  Runnable receive(int bytes) {
    long before;
    do {
      before = outstanding.get();
      if (before == RELEASED) {
        flow.ack(bytes);
        return () -> {};
      }
    } while (!outstanding.compareAndSet(before, before + bytes));
    buffered.add(bytes);
    return new Receipt(this, bytes);
  }

  private void giveBack(int bytes) {
    long before;
    do {
      before = outstanding.get();
      if (before == RELEASED) {
        return;
      }
    } while (!outstanding.compareAndSet(before, before - bytes));
    buffered.add(-bytes);
    flow.ack(bytes);
  }

  /** Gives everything back; receipts are void from now on. */
  void release() {
    long left = outstanding.getAndSet(RELEASED);
    if (left > 0) {
      buffered.add(-left);
      flow.ack(Math.toIntExact(left));
    }
  }

  private static final class Receipt implements Runnable {
    private static final AtomicIntegerFieldUpdater<Receipt> BYTES =
        AtomicIntegerFieldUpdater.newUpdater(Receipt.class, "bytes");

    private final FlowAccount account;

    /** Read and written through the updater only. */
    @SuppressWarnings("UnusedVariable")
    private volatile int bytes;

    Receipt(FlowAccount account, int bytes) {
      this.account = account;
      this.bytes = bytes;
    }

    @Override
    public void run() {
      int mine = BYTES.getAndSet(this, 0);
      if (mine > 0) {
        account.giveBack(mine);
      }
    }
  }
}
