package io.channelindex.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.couchbase.client.core.msg.kv.DurabilityLevel;
import com.couchbase.client.java.Cluster;
import com.couchbase.client.java.ClusterOptions;
import com.couchbase.client.java.Collection;
import com.couchbase.client.java.kv.UpsertOptions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.channelindex.embedded.cli.EmbeddedCouchbaseCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The node as a process of its own. */
class ProcessIT {
  private static final Pattern READY = Pattern.compile(".* connection=(couchbase://\\S+)");
  private static final long PATIENCE_SECONDS = 60;
  private static final int DOCUMENTS = 60;

  /** What a process that has ended left behind. */
  private record Outcome(int exitCode, String out, String err) {}

  private static Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(EmbeddedCouchbaseCommand.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).start();
  }

  /** Only for processes that write less than a pipe holds. */
  private static Outcome outcome(Process process) throws IOException, InterruptedException {
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      return new Outcome(
          process.exitValue(),
          new String(process.getInputStream().readAllBytes(), UTF_8),
          new String(process.getErrorStream().readAllBytes(), UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void servesClientsUntilItIsTold() throws IOException, InterruptedException {
    Process process =
        start(
            "--port",
            "0",
            "--vbuckets",
            "16",
            "--bucket",
            "one",
            "--bucket",
            "two",
            "--user",
            "ann",
            "--password",
            "secret");
    try (BufferedReader out = process.inputReader(UTF_8)) {
      Matcher ready = READY.matcher(out.readLine());
      assertThat(ready.matches()).isTrue();
      useBuckets(ready.group(1));

      // Process.destroy() would close the streams as well.
      process.toHandle().destroy();

      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(out.readLine()).as("one line is all it says").isNull();
      assertThat(process.exitValue()).as("ended by SIGTERM").isEqualTo(128 + 15);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void useBuckets(String connectionString) {
    Cluster cluster =
        Cluster.connect(
            connectionString,
            ClusterOptions.clusterOptions("ann", "secret")
                .environment(
                    environment ->
                        environment.timeoutConfig(
                            timeouts -> timeouts.kvTimeout(JavaClient.PATIENCE))));
    try {
      for (String bucket : List.of("one", "two")) {
        Collection documents = cluster.bucket(bucket).defaultCollection();
        documents.upsert("key", bucket);
        assertThat(documents.get("key").contentAs(String.class)).isEqualTo(bucket);
      }
    } finally {
      cluster.disconnect(JavaClient.PATIENCE);
    }
  }

  @Test
  void aClusterIsControlledFromOutside() throws IOException, InterruptedException {
    Process process =
        start("--port", "0", "--manager-port", "0", "--nodes", "3", "--replicas", "1", "--control");
    try (BufferedReader out = process.inputReader(UTF_8)) {
      String line = out.readLine();
      Matcher ready = READY.matcher(line);
      Matcher control = Pattern.compile(".* control=(http://\\S+/control) .*").matcher(line);
      assertThat(ready.matches() && control.matches()).as(line).isTrue();
      new RemoteControl(control.group(1)).writeThroughKillAndFailover(ready.group(1));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Drives the process over HTTP, with {@code java-client} working on it. */
  private record RemoteControl(String url) {
    private JsonNode ask(String method, String path) throws IOException, InterruptedException {
      String credentials =
          Base64.getEncoder().encodeToString("Administrator:password".getBytes(UTF_8));
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(url + path))
                      .header("Authorization", "Basic " + credentials)
                      .method(method, HttpRequest.BodyPublishers.noBody())
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return new ObjectMapper().readTree(answer.body());
    }

    void writeThroughKillAndFailover(String connectionString)
        throws IOException, InterruptedException {
      Cluster cluster =
          Cluster.connect(
              connectionString,
              ClusterOptions.clusterOptions("Administrator", "password")
                  .environment(
                      environment ->
                          environment.timeoutConfig(
                              timeouts ->
                                  timeouts
                                      .kvTimeout(JavaClient.PATIENCE)
                                      .kvDurableTimeout(JavaClient.PATIENCE))));
      try {
        Collection documents = cluster.bucket("default").defaultCollection();
        write(documents, DurabilityLevel.MAJORITY);
        ask("POST", "/nodes/1/kill");
        JsonNode state = ask("POST", "/nodes/1/failover");
        assertThat(state.get("nodes")).hasSize(2);
        read(documents);
        write(documents, DurabilityLevel.NONE);
        ask("POST", "/nodes/1/addBack");
        ask("POST", "/rebalance");
        write(documents, DurabilityLevel.MAJORITY);
        read(documents);
        assertThat(ask("GET", "").at("/buckets/0/documents").intValue()).isEqualTo(DOCUMENTS);
      } finally {
        cluster.disconnect(JavaClient.PATIENCE);
      }
    }

    private static void write(Collection documents, DurabilityLevel level) {
      for (int i = 0; i < DOCUMENTS; i++) {
        documents.upsert("key" + i, i, UpsertOptions.upsertOptions().durability(level));
      }
    }

    private static void read(Collection documents) {
      for (int i = 0; i < DOCUMENTS; i++) {
        assertThat(documents.get("key" + i).contentAs(Integer.class)).isEqualTo(i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--vbuckets, 63, vbuckets=63",
    "--vbuckets, many, many",
    "--quota, 0, quotaBytes=0",
    "--quota, -1, quotaBytes=-1048576",
    "--port, 65536, port=65536",
    "--port, -1, port=-1",
    "--manager-port, 70000, managerPort=70000",
    "--bucket, no/slash, no/slash",
    "--user, '', username",
    "--faults, /no/such/plan.json, /no/such/plan.json",
    "--fault-seed, 7, --fault-seed needs --faults",
    "--unheard-of, x, --unheard-of"
  })
  void refusesWhatItCannotDo(String option, String value, String complaint)
      throws IOException, InterruptedException {
    Outcome outcome = outcome(start(option, value));

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains(complaint);
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void followsAFaultPlanAndNamesItsSeed(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path plan =
        Files.writeString(
            directory.resolve("plan.json"),
            "{\"seed\": 3, \"rules\": [{\"on\": \"request\", \"opcodes\": [\"SET\"], "
                + "\"times\": 1, \"do\": {\"moveClock\": \"99d\"}}]}");
    Process process =
        start(
            "--port",
            "0",
            "--faults",
            plan.toString(),
            "--fault-seed",
            "7",
            "--user",
            "ann",
            "--password",
            "secret",
            "--bucket",
            "one",
            "--bucket",
            "two");
    try (BufferedReader out = process.inputReader(UTF_8)) {
      String line = out.readLine();
      assertThat(line).contains(" faults=" + plan + " faultSeed=7 ");
      Matcher ready = READY.matcher(line);
      assertThat(ready.matches()).isTrue();
      useBuckets(ready.group(1));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void refusesAFaultPlanThatItCannotFollow(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path plan = Files.writeString(directory.resolve("plan.json"), "{\"rule\": []}");

    Outcome outcome = outcome(start("--faults", plan.toString()));

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("--faults: " + plan + ": unknown field=rule, nearest=rules");
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void saysThatAPortIsTaken() throws IOException, InterruptedException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Outcome outcome = outcome(start("--port", Integer.toString(taken.getLocalPort())));

      assertThat(outcome.exitCode()).isEqualTo(1);
      assertThat(outcome.err()).contains("Address already in use");
      assertThat(outcome.out()).isEmpty();
    }
  }

  @Test
  void explainsEveryOption() throws IOException, InterruptedException {
    Outcome outcome = outcome(start("--help"));

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .contains(
            "--host",
            "--port",
            "--manager-port",
            "--vbuckets",
            "--bucket",
            "--quota",
            "--user",
            "--password")
        .contains("93 %")
        .contains("--nodes", "--replicas", "--control")
        .contains("--faults", "--fault-seed")
        .contains("default: 11210")
        .contains("Example:");
    assertThat(outcome.err()).isEmpty();
  }
}
