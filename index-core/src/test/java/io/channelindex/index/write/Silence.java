package io.channelindex.index.write;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Histories provoke what writers, readers and clients complain about, many thousand times. */
final class Silence implements BeforeAllCallback, AfterAllCallback {
  private static final List<String> LOGGERS =
      List.of("io.channelindex.index", "io.channelindex.feed", "com.couchbase", "reactor");

  private final Map<String, @Nullable Level> levels = new HashMap<>();

  @Override
  public void beforeAll(ExtensionContext context) {
    for (String name : LOGGERS) {
      Logger logger = (Logger) LoggerFactory.getLogger(name);
      levels.put(name, logger.getLevel());
      logger.setLevel(Level.OFF);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    levels.forEach((name, level) -> ((Logger) LoggerFactory.getLogger(name)).setLevel(level));
  }
}
