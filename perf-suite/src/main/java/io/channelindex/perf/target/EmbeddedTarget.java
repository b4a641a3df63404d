package io.channelindex.perf.target;

import io.channelindex.perf.config.TargetSettings;
import io.channelindex.perf.process.ChildProcess;
import io.channelindex.perf.process.JvmOptions;
import io.channelindex.perf.process.ProcessException;
import io.channelindex.perf.process.ProcessUsage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The project's own node, in a process of its own: a benchmark must not share a heap, a compiler
 * and a garbage collector with what it measures.
 */
final class EmbeddedTarget implements Target {
  private static final Pattern CONNECTION_STRING = Pattern.compile("couchbases?://\\S+");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ChildProcess process;
  private final Endpoint endpoint;

  /**
   * Starts a node with the class path of this process and waits until it is ready.
   *
   * @throws TargetException if it does not start; the message has what it wrote to standard error
   * @throws InterruptedException if the thread is interrupted; the node is ended then
   */
  EmbeddedTarget(TargetSettings settings, int vbuckets) throws InterruptedException {
    process = new ChildProcess("node", command(settings, vbuckets), CONNECTION_STRING);
    try {
      endpoint =
          new Endpoint(
              process.awaitReady(PATIENCE).group(), settings.credentials(), settings.buckets());
    } catch (ProcessException e) {
      process.close();
      throw new TargetException(String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      process.close();
      throw e;
    }
  }

  private static List<String> command(TargetSettings settings, int vbuckets) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JvmOptions.forJava(Runtime.version().feature()));
    command.add("-Xms" + settings.nodeHeapMib() + "m");
    command.add("-Xmx" + settings.nodeHeapMib() + "m");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(NodeMain.class.getName());
    command.add(Long.toString(ProcessHandle.current().pid()));
    // The manager's port is left to the node: it takes the one that clients assume, if it is free.
    command.addAll(List.of("--port", "0"));
    command.addAll(List.of("--vbuckets", Integer.toString(vbuckets)));
    command.addAll(List.of("--bucket", settings.buckets().data()));
    command.addAll(List.of("--bucket", settings.buckets().index()));
    command.addAll(List.of("--user", settings.credentials().username()));
    command.addAll(List.of("--password", settings.credentials().password()));
    return command;
  }

  @Override
  public TargetKind kind() {
    return TargetKind.EMBEDDED;
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public String complaints() {
    return process
        .exitCode()
        .map(code -> "node ended: exitCode=" + code + "\n" + process.complaints())
        .orElse(process.complaints());
  }

  @Override
  public Optional<ProcessUsage> node() {
    return Optional.of(new ProcessUsage(process.pid()));
  }

  /** The id of the node's process. */
  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.close();
  }
}
