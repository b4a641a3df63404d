package io.channelindex.server.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A changes server as a process of its own, so that it can be killed. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("ready public=(\\S+) admin=(\\S+)");
  private static final int START_SECONDS = 60;

  /** What lives for seconds is started faster than it is optimized: half the processor time. */
  private static final List<String> SHORT_LIVED =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private final Process process;
  private final URI publicUri;
  private final URI adminUri;

  private ServerProcess(Process process, URI publicUri, URI adminUri) {
    this.process = process;
    this.publicUri = publicUri;
    this.adminUri = adminUri;
  }

  /**
   * Starts a server and waits until it says that it is ready.
   *
   * @param directory for its configuration and log
   * @param name of these files
   * @param jvmOptions planted faults, say
   */
  static ServerProcess start(Path directory, String name, String config, String... jvmOptions)
      throws IOException, InterruptedException {
    Path file = directory.resolve(name + ".yaml");
    Files.writeString(file, config);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    command.addAll(SHORT_LIVED);
    command.addAll(List.of(jvmOptions));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of("io.channelindex.server.cli.ChangesServerCommand", "--config", file.toString()));
    Path log = directory.resolve(name + ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    CompletableFuture<Matcher> ready = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(process, ready), "output-of-" + name);
    reader.setDaemon(true);
    reader.start();
    try {
      Matcher line = ready.get(START_SECONDS, TimeUnit.SECONDS);
      return new ServerProcess(process, URI.create(line.group(1)), URI.create(line.group(2)));
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IllegalStateException("server does not start: " + Files.readString(log), e);
    }
  }

  private static void read(Process process, CompletableFuture<Matcher> ready) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher matcher = READY.matcher(line);
        if (matcher.find()) {
          ready.complete(matcher);
        }
      }
      ready.completeExceptionally(new IOException("the server ended before it was ready"));
    } catch (IOException e) {
      ready.completeExceptionally(new UncheckedIOException(e));
    }
  }

  URI publicUri() {
    return publicUri;
  }

  URI adminUri() {
    return adminUri;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** As {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Waits for a death that was planted. */
  int awaitExit(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the server is still alive after seconds=" + seconds);
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
