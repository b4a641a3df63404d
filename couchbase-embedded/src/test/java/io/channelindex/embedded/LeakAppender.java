package io.channelindex.embedded;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what Netty's leak detector of the node reports; see {@code logback-test.xml}. */
public final class LeakAppender extends AppenderBase<ILoggingEvent> {
  private static final List<String> REPORTS = new CopyOnWriteArrayList<>();

  @Override
  protected void append(ILoggingEvent event) {
    REPORTS.add(event.getFormattedMessage());
  }

  /** All reports of this JVM so far. */
  static List<String> reports() {
    return List.copyOf(REPORTS);
  }
}
