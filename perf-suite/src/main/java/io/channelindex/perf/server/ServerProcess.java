package io.channelindex.perf.server;

import io.channelindex.perf.PerfException;
import io.channelindex.perf.process.ChildProcess;
import io.channelindex.perf.process.JvmOptions;
import io.channelindex.perf.process.ProcessException;
import io.channelindex.perf.process.ProcessUsage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The changes server as its users run it: its own command in a process of its own, with a
 * configuration file, which is removed with it.
 */
public final class ServerProcess implements ChangesServer {
  private static final Pattern READY = Pattern.compile("^ready public=(\\S+) admin=(\\S+)$");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path configuration;
  private final ChildProcess process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI address;
  private final URI admin;

  /**
   * Starts a server with the class path of this process and waits until it serves.
   *
   * @param heapMib the heap of its process in MiB
   * @param jvmOptions further options of its virtual machine
   * @throws ProcessException if it does not start; the message has what it wrote to standard error
   * @throws InterruptedException if the thread is interrupted; the server is ended then
   */
  public ServerProcess(ServerConfig config, int heapMib, List<String> jvmOptions)
      throws InterruptedException {
    configuration = write(config);
    process = new ChildProcess("server", command(configuration, heapMib, jvmOptions), READY);
    try {
      MatchResult ready = process.awaitReady(PATIENCE);
      address = URI.create(ready.group(1));
      admin = URI.create(ready.group(2));
    } catch (ProcessException | InterruptedException e) {
      close();
      throw e;
    }
  }

  private static List<String> command(Path configuration, int heapMib, List<String> jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JvmOptions.forJava(Runtime.version().feature()));
    // As servers are run: a heap that grows with what is needed is collected three times as often.
    command.add("-Xms" + heapMib + "m");
    command.add("-Xmx" + heapMib + "m");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(ServerMain.class.getName());
    command.add(Long.toString(ProcessHandle.current().pid()));
    command.add("--config");
    command.add(configuration.toString());
    return command;
  }

  /** Readable by nobody else where the file system knows of owners: it has a password in it. */
  private static Path write(ServerConfig config) {
    try {
      Path file = Files.createTempFile("perf-server-", ".yaml");
      return Files.writeString(file, config.yaml(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new PerfException("configuration of the server cannot be written", e);
    }
  }

  @Override
  public URI address() {
    return address;
  }

  @Override
  public ProcessUsage usage() {
    return new ProcessUsage(process.pid());
  }

  @Override
  public CompletableFuture<Double> counter(String name) {
    return counter(name, "");
  }

  @Override
  public CompletableFuture<Double> counter(String name, String label) {
    HttpRequest request =
        HttpRequest.newBuilder(admin.resolve("/metrics")).timeout(PATIENCE).build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(answer -> MetricsText.sum(answer.body(), name, label));
  }

  @Override
  public String complaints() {
    return process
        .exitCode()
        .map(code -> "server ended: exitCode=" + code + "\n" + process.complaints())
        .orElse(process.complaints());
  }

  @Override
  public void close() {
    process.close();
    try {
      Files.deleteIfExists(configuration);
    } catch (IOException e) {
      throw new PerfException("configuration of the server cannot be removed", e);
    }
  }
}
