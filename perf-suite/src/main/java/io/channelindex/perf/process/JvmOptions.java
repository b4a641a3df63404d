package io.channelindex.perf.process;

import java.util.ArrayList;
import java.util.List;

/** Options that every Java process of the suite is started with. */
public final class JvmOptions {
  private static final int UNSAFE_WARNS_SINCE = 23;

  /** Since then the Vector API does without allocation what clocks need. */
  private static final int VECTORS_SINCE = 22;

  private JvmOptions() {}

  /**
   * Options for a version of Java.
   *
   * @param feature the version, such as 17
   */
  public static List<String> forJava(int feature) {
    List<String> options = new ArrayList<>();
    // Between 22 and 24 a console is there even where there is no terminal, unless this is set.
    options.add("-Djdk.console=java.base");
    // The clients' Netty uses native code and Unsafe, which later versions of Java warn about.
    options.add("--enable-native-access=ALL-UNNAMED");
    if (feature >= UNSAFE_WARNS_SINCE) {
      options.add("--sun-misc-unsafe-memory-access=allow");
    }
    if (feature >= VECTORS_SINCE) {
      options.add("--add-modules");
      options.add("jdk.incubator.vector");
    }
    return options;
  }
}
