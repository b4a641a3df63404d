package io.channelindex.server.cli;

import io.channelindex.server.ChangesServer;
import io.channelindex.server.config.ServerConfig;
import io.channelindex.server.faults.PlantedFaults;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts a server and keeps it running until the process is told to stop. */
@Command(
    name = "changes-server",
    mixinStandardHelpOptions = true,
    versionProvider = ChangesServerCommand.Version.class,
    description = {
      "Serves documents and _changes feeds of channels over Couchbase.",
      "",
      "Without a configuration it runs against an embedded Couchbase node of its own, in memory,"
          + " with one database db. When it serves, it prints a line that begins with \"ready\"."
          + " Stop it with Ctrl-C or SIGTERM.",
      ""
    },
    footer = {
      "",
      "A configuration for a cluster (YAML or JSON):",
      "  couchbase: {connectionString: couchbase://db.example, username: u, password: p}",
      "  databases:",
      "    db: {bucket: data, index: {bucket: index, owned: all}}"
    })
public final class ChangesServerCommand implements Callable<Integer> {
  private static final String LOGGING_PROPERTY = "logback.configurationFile";
  private static final String LOGGING_RESOURCE = "io/channelindex/server/cli/logback.xml";
  private static final Duration EMBEDDED_PATIENCE = Duration.ofSeconds(60);
  private static final Duration WITHOUT_END = Duration.ofDays(1000);

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration (default: an embedded node, ports 4984 and 4985).")
  private @Nullable Path config;

  /** The version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = ChangesServer.class.getPackage().getImplementationVersion();
      return new String[] {"changes-server " + (version == null ? "(unpacked)" : version)};
    }
  }

  /** Runs the command line; the exit code is 0 after a stop, 2 for bad arguments, else 1. */
  public static void main(String[] arguments) {
    if (System.getProperty(LOGGING_PROPERTY) == null) {
      System.setProperty(LOGGING_PROPERTY, LOGGING_RESOURCE);
    }
    CommandLine commandLine = new CommandLine(new ChangesServerCommand());
    commandLine.setParameterExceptionHandler(
        (problem, given) -> {
          problem.getCommandLine().getErr().println(problem.getMessage() + "\nTry --help.");
          return ExitCode.USAGE;
        });
    commandLine.setExecutionExceptionHandler(
        (problem, command, parsed) -> {
          command.getErr().println("Could not start: " + problem.getMessage());
          return ExitCode.SOFTWARE;
        });
    System.exit(commandLine.execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    ServerConfig settings = config == null ? ServerConfig.DEFAULT : ServerConfig.read(config);
    ChangesServer server = ChangesServer.start(settings, PlantedFaults.of(System.getProperties()));
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  stopped.countDown();
                },
                "shutdown"));
    server.awaitReady(server.embedded().isPresent() ? EMBEDDED_PATIENCE : WITHOUT_END);
    announce(server, settings.databases().keySet().iterator().next());
    stopped.await();
    return ExitCode.OK;
  }

  private void announce(ChangesServer server, String database) {
    PrintWriter out = spec.commandLine().getOut();
    server
        .embedded()
        .ifPresent(
            node ->
                out.println(
                    """
                    No configuration was given, so this server runs against an embedded Couchbase node of its own
                    (%s, in memory: everything is gone when it stops). Try:

                      curl -X PUT %2$s/%3$s/hello -d '{"channels":["greetings"],"text":"hello"}'
                      curl '%2$s/%3$s/_changes?filter=sync_gateway/bychannel&channels=greetings&include_docs=true'
                      curl -N '%2$s/%3$s/_changes?feed=continuous&heartbeat=5000'
                      curl %4$s/metrics
                    """
                        .formatted(
                            node.plainConnectionString(),
                            server.publicUri(),
                            database,
                            server.adminUri())));
    out.println("ready public=" + server.publicUri() + " admin=" + server.adminUri());
    out.flush();
  }
}
