package io.channelindex.perf.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A child process that prints a certain line on standard output when it is ready. What it writes to
 * standard error is kept, the last lines of it, for the case that it fails. The process dies with
 * this one.
 */
public final class ChildProcess implements AutoCloseable {
  private static final int LINES_KEPT = 200;
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final String name;
  private final Pattern readiness;
  private final Process process;
  private final Thread killer;
  private final CompletableFuture<MatchResult> ready = new CompletableFuture<>();
  private final ArrayDeque<String> complaints = new ArrayDeque<>();

  /**
   * Starts the process; {@link #awaitReady} waits for it.
   *
   * @param name what it is, for messages and thread names, such as {@code node}
   * @param command the program and its arguments
   * @param readiness what it prints, somewhere in a line, when it is ready
   * @throws ProcessException if the command cannot be started
   */
  public ChildProcess(String name, List<String> command, Pattern readiness) {
    this.name = name;
    this.readiness = readiness;
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException e) {
      throw new ProcessException("process does not start: command=" + command.get(0), e);
    }
    killer = new Thread(process::destroyForcibly, "perf-" + name + "-killer");
    Runtime.getRuntime().addShutdownHook(killer);
    read("perf-" + name + "-stderr", process.getErrorStream(), this::keep, () -> {});
    read("perf-" + name + "-stdout", process.getInputStream(), this::lookForReady, this::ended);
  }

  /**
   * What the process printed when it was ready.
   *
   * @throws ProcessException if the process ends or the patience does before it printed one; the
   *     message has what it wrote to standard error
   * @throws InterruptedException if the thread is interrupted
   */
  public MatchResult awaitReady(Duration patience) throws InterruptedException {
    try {
      return ready.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new ProcessException(
          name + " is not ready in time: patience=" + patience + "\n" + complaints(), e);
    } catch (ExecutionException e) {
      throw new ProcessException(
          name + " ended before it was ready\n" + complaints(), e.getCause());
    }
  }

  /** The last lines of standard error. */
  public String complaints() {
    synchronized (complaints) {
      return String.join("\n", complaints);
    }
  }

  /** The exit code, if the process has ended. */
  public Optional<Integer> exitCode() {
    return process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      // This process is going down: the hook is running or has run, which is what it is there for.
      process.destroyForcibly();
    }
  }

  private void keep(String line) {
    synchronized (complaints) {
      if (complaints.size() == LINES_KEPT) {
        complaints.removeFirst();
      }
      complaints.addLast(line);
    }
  }

  private void lookForReady(String line) {
    Matcher matcher = readiness.matcher(line);
    if (matcher.find()) {
      ready.complete(matcher.toMatchResult());
    }
  }

  private void ended() {
    ready.completeExceptionally(new IOException("end of the process's standard output"));
  }

  private void read(String thread, InputStream stream, Consumer<String> line, Runnable atEnd) {
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader lines =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                lines.lines().forEach(line);
              } catch (IOException | java.io.UncheckedIOException e) {
                keep("output of the " + name + " cannot be read: " + e.getMessage());
              }
              atEnd.run();
            },
            thread);
    reader.setDaemon(true);
    reader.start();
  }
}
