package io.channelindex.perf.cli;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.config.Setting;
import io.channelindex.perf.process.JvmOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;

/**
 * Starts a run from Maven, in a Java process of its own that writes to Maven's terminal. Maven can
 * start a process by itself, but would have to be told the name of every property to hand on, so
 * that a mistyped one would be lost in silence; this hands on all that begin with {@code perf.}.
 */
public final class MavenLauncher {
  private MavenLauncher() {}

  /**
   * Runs in Maven's process.
   *
   * @param arguments the module's target directory, then the base name of its jar
   * @throws IOException if the process cannot be started
   * @throws InterruptedException if the build is interrupted; the run is ended then
   * @throws PerfException if the run does not end well, which fails the build
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path target = Path.of(arguments[0]);
    List<String> command = command(target, arguments[1], System.getProperties());
    Process run = new ProcessBuilder(command).inheritIO().start();
    Thread killer = new Thread(run::destroy, "perf-run-killer");
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      int exitCode = run.waitFor();
      if (exitCode != Exit.SOUND) {
        throw new PerfException("the perf suite failed: exitCode=" + exitCode);
      }
    } finally {
      run.destroy();
      Runtime.getRuntime().removeShutdownHook(killer);
    }
  }

  static List<String> command(Path target, String jar, Properties properties) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JvmOptions.forJava(Runtime.version().feature()));
    command.add("-cp");
    command.add(target.resolve(jar + ".jar") + File.pathSeparator + target.resolve("lib") + "/*");
    // A default, and therefore before the settings that were given.
    command.add("-D" + Setting.REPORT_DIRECTORY.key() + "=" + target.resolve("perf-report"));
    for (String name : new TreeSet<>(properties.stringPropertyNames())) {
      if (Setting.claims(name)) {
        command.add("-D" + name + "=" + properties.getProperty(name));
      }
    }
    command.add(PerfSuiteCommand.class.getName());
    command.add("run");
    return command;
  }
}
