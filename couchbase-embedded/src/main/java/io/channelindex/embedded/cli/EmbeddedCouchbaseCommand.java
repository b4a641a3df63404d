package io.channelindex.embedded.cli;

import io.channelindex.embedded.BucketSettings;
import io.channelindex.embedded.EmbeddedCouchbase;
import io.channelindex.embedded.fault.FaultPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts a node and keeps it running until the process is told to stop. */
@Command(
    name = "embedded-couchbase",
    mixinStandardHelpOptions = true,
    versionProvider = EmbeddedCouchbaseCommand.Version.class,
    sortOptions = false,
    description = {
      "Runs a Couchbase data node (KV, sub-document, DCP) in memory, for tests, demonstrations and"
          + " benchmarks. Not for production: everything is gone when it stops.",
      "",
      "When the node is ready, it prints one line that ends with its connection string. Stop it"
          + " with Ctrl-C or SIGTERM.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  embedded-couchbase --port 11210 --vbuckets 64 --bucket data --bucket index",
      "  embedded-couchbase --nodes 3 --replicas 1 --control",
      "",
      "Then connect a Couchbase SDK to couchbase://127.0.0.1:11210 as Administrator",
      "with the password \"password\"."
    })
public final class EmbeddedCouchbaseCommand implements Callable<Integer> {
  private static final String LOGGING_PROPERTY = "logback.configurationFile";
  private static final String LOGGING_RESOURCE = "io/channelindex/embedded/cli/logback.xml";

  private static final int USUAL_MANAGER_PORT = 8091;

  @Spec private CommandSpec spec;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private InetAddress host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "11210",
      description = "Port of the data service; 0 takes any free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--manager-port",
      paramLabel = "PORT",
      description =
          "Port of the manager's HTTP interface; 0 takes any free one (default: 8091, which SDKs"
              + " assume, or any free one if that is taken).")
  private @Nullable Integer managerPort;

  @Option(
      names = "--vbuckets",
      paramLabel = "COUNT",
      defaultValue = "64",
      description =
          "Vbuckets of each bucket, a power of two up to 1024 (default: ${DEFAULT-VALUE}).")
  private int vbuckets;

  @Option(
      names = "--nodes",
      paramLabel = "COUNT",
      defaultValue = "1",
      description =
          "Nodes of the cluster; further ones take the ports that follow (default:"
              + " ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--replicas",
      paramLabel = "COUNT",
      defaultValue = "0",
      description =
          "Copies of each vbucket beside the active one, on other nodes, 0 to 3 (default:"
              + " ${DEFAULT-VALUE}).")
  private int replicas;

  @Option(
      names = "--bucket",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "A bucket to create; may be repeated (default: ${DEFAULT-VALUE}).")
  private List<String> buckets;

  @Option(
      names = "--quota",
      paramLabel = "MIB",
      description =
          "Memory quota of each bucket in MiB; beyond 93 %% of it writes fail for the time being"
              + " (default: none).")
  private @Nullable Integer quotaMebibytes;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      defaultValue = "Administrator",
      description = "Name of the only account (default: ${DEFAULT-VALUE}).")
  private String user;

  @Option(
      names = "--password",
      paramLabel = "PASSWORD",
      defaultValue = "password",
      description = "Its password (default: ${DEFAULT-VALUE}).")
  private String password;

  @Option(
      names = "--faults",
      paramLabel = "FILE",
      description = "What is to go wrong: a fault plan as JSON, see the README.")
  private @Nullable Path faults;

  @Option(
      names = "--fault-seed",
      paramLabel = "SEED",
      description = "Seed of the fault plan, instead of the one that it names (or 0).")
  private @Nullable Long faultSeed;

  @Option(
      names = "--control",
      description =
          "Lets the account do to the nodes what a test can do, over HTTP below /control on any"
              + " manager's port: pause, kill, fail over, rebalance ...; see the README.")
  private boolean control;

  /** The version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = EmbeddedCouchbase.class.getPackage().getImplementationVersion();
      return new String[] {"embedded-couchbase " + (version == null ? "(unpacked)" : version)};
    }
  }

  /** Runs the command line; the exit code is 0 after a stop, 2 for bad arguments, else 1. */
  public static void main(String[] arguments) {
    if (System.getProperty(LOGGING_PROPERTY) == null) {
      System.setProperty(LOGGING_PROPERTY, LOGGING_RESOURCE);
    }
    CommandLine commandLine = new CommandLine(new EmbeddedCouchbaseCommand());
    commandLine.setParameterExceptionHandler(
        (problem, given) -> {
          complain(problem.getCommandLine(), problem.getMessage() + "\nTry --help.");
          return ExitCode.USAGE;
        });
    commandLine.setExecutionExceptionHandler(
        (problem, command, parsed) -> {
          complain(command, "Could not start: " + problem.getMessage());
          return ExitCode.SOFTWARE;
        });
    System.exit(commandLine.execute(arguments));
  }

  private static void complain(CommandLine commandLine, String message) {
    commandLine.getErr().println(message);
  }

  @Override
  public Integer call() throws InterruptedException {
    FaultPlan plan = readFaults();
    EmbeddedCouchbase node = start(plan);
    CountDownLatch stopped = new CountDownLatch(1);
    Thread stop =
        new Thread(
            () -> {
              node.close();
              stopped.countDown();
            },
            "shutdown");
    Runtime.getRuntime().addShutdownHook(stop);
    PrintWriter out = spec.commandLine().getOut();
    URI manager = node.nodes().get(0).managerUri();
    out.println(
        "Couchbase Embedded is ready: buckets="
            + String.join(",", buckets)
            + " manager="
            + manager
            + (control ? " control=" + manager + "/control" : "")
            + (plan == null ? "" : " faults=" + faults + " faultSeed=" + plan.seed())
            + " connection="
            + node.plainConnectionString());
    out.flush();
    stopped.await();
    return ExitCode.OK;
  }

  private @Nullable FaultPlan readFaults() {
    if (faults == null) {
      if (faultSeed != null) {
        throw new ParameterException(spec.commandLine(), "--fault-seed needs --faults");
      }
      return null;
    }
    try {
      FaultPlan plan = FaultPlan.read(faults);
      return faultSeed == null ? plan : plan.withSeed(faultSeed);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "--faults=" + faults + " cannot be read: " + e, e);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--faults: " + e.getMessage(), e);
    }
  }

  private long quotaBytes() {
    return quotaMebibytes == null ? BucketSettings.UNLIMITED : (long) quotaMebibytes << 20;
  }

  private EmbeddedCouchbase start(@Nullable FaultPlan plan) {
    if (managerPort != null) {
      return start(managerPort, plan);
    }
    try {
      return start(USUAL_MANAGER_PORT, plan);
    } catch (IllegalStateException taken) {
      return start(0, plan);
    }
  }

  private EmbeddedCouchbase start(int manager, @Nullable FaultPlan plan) {
    EmbeddedCouchbase.Builder builder;
    try {
      builder =
          EmbeddedCouchbase.builder()
              .host(host)
              .port(port)
              .managerPort(manager)
              .nodes(nodes)
              .username(user)
              .password(password);
      for (String bucket : buckets) {
        builder.bucket(
            new BucketSettings(bucket, vbuckets)
                .withReplicas(replicas)
                .withQuotaBytes(quotaBytes()));
      }
      if (plan != null) {
        builder.faults(plan);
      }
      if (control) {
        builder.control();
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return builder.start();
  }
}
