package io.channelindex.server.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The configuration file, YAML (of which JSON is a part).
 *
 * @param listen the ports
 * @param couchbase the cluster; null for an embedded node of the server's own
 * @param databases by name, at least one
 */
public record ServerConfig(
    ListenConfig listen,
    @Nullable CouchbaseConfig couchbase,
    Map<String, DatabaseConfig> databases) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_$()+-]{0,31}");

  /** What the server is without a file: one database {@code db} on an embedded node of its own. */
  public static final ServerConfig DEFAULT =
      new ServerConfig(
          ListenConfig.DEFAULT,
          null,
          Map.of(
              "db",
              DatabaseConfig.of(
                  "data",
                  IndexConfig.of(
                      "index", null, null, null, null, null, null, null, null, null, null, null,
                      null, null, null),
                  null,
                  null,
                  null)));

  public ServerConfig {
    databases = Map.copyOf(databases);
    if (databases.isEmpty()) {
      throw new IllegalArgumentException("missing: databases, at least one");
    }
    for (String name : databases.keySet()) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "not a database name: databases=" + name + ", must match=" + NAME);
      }
    }
  }

  /** Fills in what is absent. */
  @JsonCreator
  static ServerConfig of(
      @JsonProperty("listen") @Nullable ListenConfig listen,
      @JsonProperty("couchbase") @Nullable CouchbaseConfig couchbase,
      @JsonProperty("databases") @Nullable TreeMap<String, DatabaseConfig> databases) {
    return new ServerConfig(
        listen == null ? ListenConfig.DEFAULT : listen,
        couchbase,
        databases == null ? Map.of() : databases);
  }

  /**
   * Reads a file.
   *
   * @throws InvalidConfigException if it cannot be read or used
   */
  public static ServerConfig read(Path file) {
    try {
      return parse(Files.readString(file), file.toString());
    } catch (IOException e) {
      throw new InvalidConfigException("cannot read configuration: file=" + file, e);
    }
  }

  /**
   * Reads a text.
   *
   * @param source what it is called in messages
   * @throws InvalidConfigException if it cannot be used
   */
  public static ServerConfig parse(String text, String source) {
    YAMLMapper mapper =
        YAMLMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    try {
      ServerConfig config = mapper.readValue(text, ServerConfig.class);
      if (config == null) {
        throw new InvalidConfigException(source + ": empty");
      }
      return config;
    } catch (JacksonException e) {
      throw new InvalidConfigException(source + ": " + message(e), e);
    }
  }

  private static String message(JacksonException problem) {
    if (problem instanceof UnrecognizedPropertyException unknown) {
      return "unknown key: "
          + path(unknown)
          + ", known="
          + unknown.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList();
    }
    if (problem instanceof ValueInstantiationException invalid && invalid.getCause() != null) {
      return prefix(invalid) + invalid.getCause().getMessage();
    }
    if (problem instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
      return prefix(mapping) + problem.getOriginalMessage();
    }
    return problem.getOriginalMessage();
  }

  private static String prefix(JsonMappingException problem) {
    return problem.getPath().isEmpty() ? "" : path(problem) + ": ";
  }

  private static String path(JsonMappingException problem) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : problem.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }
}
