package io.channelindex.feed;

import com.couchbase.client.dcp.transport.netty.ChannelFlowController;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The accounts of one session, one for each connection that it has received from. Thread-safe. */
final class FlowLedger {
  private final LongAdder buffered;
  private final List<FlowAccount> accounts = new ArrayList<>();
  private boolean released;

  FlowLedger(LongAdder buffered) {
    this.buffered = buffered;
  }

  /** The account for a connection; a released one after {@link #release}. */
  synchronized FlowAccount account(ChannelFlowController flow) {
    for (FlowAccount account : accounts) {
      if (account.isOf(flow)) {
        return account;
      }
    }
    FlowAccount account = new FlowAccount(flow, buffered);
    accounts.add(account);
    if (released) {
      account.release();
    }
    return account;
  }

  /** Gives back everything that the session holds, and will receive. */
  synchronized void release() {
    released = true;
    accounts.forEach(FlowAccount::release);
  }
}
