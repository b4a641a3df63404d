package io.channelindex.embedded.connection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.embedded.auth.SaslExchange;
import io.channelindex.embedded.auth.SaslMechanism;
import io.channelindex.embedded.auth.SaslReply;
import io.channelindex.embedded.cluster.Cluster;
import io.channelindex.embedded.cluster.ClusterConfig;
import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.CollectionsManifest;
import io.channelindex.embedded.engine.Compression;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.ErrorMap;
import io.channelindex.embedded.protocol.Feature;
import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a client says before and beside its documents: handshake, configuration, seqnos. */
final class SessionCommands {
  /** The version that the node answers to, because clients derive abilities from it. */
  static final String VERSION = "7.6.12-0000";

  private static final JsonMapper HELLO_KEYS = new JsonMapper();

  private final Session session;
  private final ResponseWriter responses;
  private final KvService service;
  private final SaslExchange sasl;

  SessionCommands(Session session, KvService service) {
    this.session = session;
    this.responses = session.responses();
    this.service = service;
    this.sasl = new SaslExchange(service.users());
  }

  /** Whether a client may send {@code opcode} before it has authenticated. */
  static boolean isAllowedUnauthenticated(@Nullable Opcode opcode) {
    return opcode == Opcode.HELLO
        || opcode == Opcode.SASL_LIST_MECHANISMS
        || opcode == Opcode.SASL_AUTH
        || opcode == Opcode.SASL_STEP
        || opcode == Opcode.GET_ERROR_MAP;
  }

  void handle(Opcode opcode, Request request) {
    switch (opcode) {
      case HELLO -> hello(request);
      case SASL_LIST_MECHANISMS ->
          responses.value(Status.SUCCESS, Datatype.RAW, utf8(SaslMechanism.list()));
      case SASL_AUTH -> answer(sasl.start(request.keyText(), request.value()));
      case SASL_STEP -> answer(sasl.step(request.value()));
      case GET_ERROR_MAP -> errorMap(request);
      case SELECT_BUCKET -> selectBucket(request);
      case LIST_BUCKETS -> listBuckets();
      case GET_CLUSTER_CONFIG -> clusterConfig(request);
      case COLLECTIONS_GET_MANIFEST ->
          responses.value(
              Status.SUCCESS, Datatype.JSON, ClusterConfig.manifest(session.bucket().manifest()));
      case COLLECTIONS_GET_ID -> collectionId(request);
      case COLLECTIONS_GET_SCOPE_ID -> scopeId(request);
      case NOOP -> responses.success();
      case VERSION -> responses.value(Status.SUCCESS, Datatype.RAW, utf8(VERSION));
      default -> throw StatusException.of(Status.UNKNOWN_COMMAND);
    }
  }

  private void hello(Request request) {
    if (request.valueLength() % Short.BYTES != 0) {
      throw StatusException.of(Status.EINVAL);
    }
    Set<Feature> granted = EnumSet.noneOf(Feature.class);
    ByteBuffer answer = ByteBuffer.allocate(request.valueLength());
    for (int offset = 0; offset < request.valueLength(); offset += Short.BYTES) {
      Feature feature = Feature.of(request.valueUnsignedShort(offset));
      if (feature != null && granted.add(feature)) {
        answer.putShort((short) feature.code());
      }
    }
    session.enable(granted);
    session.agent(agent(request.keyText()));
    byte[] value = new byte[answer.position()];
    answer.flip().get(value);
    responses.value(Status.SUCCESS, Datatype.RAW, value);
  }

  /** The agent of a HELLO: a field of the JSON object that SDKs send, or else the whole text. */
  private static String agent(String key) {
    try {
      return HELLO_KEYS.readTree(key).path("a").asText(key);
    } catch (JsonProcessingException e) {
      return key;
    }
  }

  private void answer(SaslReply reply) {
    session.authenticate(sasl.user());
    if (reply instanceof SaslReply.Refusal refusal) {
      responses.error(refusal.status(), refusal.context());
    } else {
      responses.value(reply.status(), Datatype.RAW, reply.payload());
    }
  }

  private void errorMap(Request request) {
    if (request.valueLength() != Short.BYTES) {
      throw StatusException.of(Status.EINVAL);
    }
    ByteBuf map = ErrorMap.upTo(request.valueUnsignedShort(0));
    if (map == null) {
      throw StatusException.of(Status.KEY_ENOENT);
    }
    responses.header(Status.SUCCESS, Datatype.JSON, 0, map.readableBytes(), 0).writeBytes(map);
  }

  private void selectBucket(Request request) {
    Bucket bucket = service.node().bucket(request.keyText());
    if (bucket == null) {
      // Privileges name the buckets that exist. KEY_ENOENT would say that it comes up soon, and
      // clients would wait for it.
      responses.status(Status.EACCESS);
      return;
    }
    session.select(bucket);
    responses.success();
  }

  private void listBuckets() {
    String names =
        service.node().buckets().stream().map(Bucket::name).collect(Collectors.joining(" "));
    responses.value(Status.SUCCESS, Datatype.RAW, utf8(names));
  }

  private void clusterConfig(Request request) {
    if (request.extrasLength() == 2 * Long.BYTES
        && isKnown(request.extrasLong(0), request.extrasLong(Long.BYTES))) {
      responses.success();
      return;
    }
    sendConfig(Status.SUCCESS);
  }

  private boolean isKnown(long epoch, long revision) {
    Cluster cluster = service.node().cluster();
    return epoch > cluster.revisionEpoch()
        || (epoch == cluster.revisionEpoch() && revision >= cluster.revision());
  }

  /** Answers with the configuration of the selected bucket, or the global one. */
  void sendConfig(Status status) {
    byte[] config = config(session.selectedBucket());
    if (session.has(Feature.SNAPPY) && session.has(Feature.SNAPPY_EVERYWHERE)) {
      responses.value(status, Datatype.JSON | Datatype.SNAPPY, Compression.deflate(config));
    } else {
      responses.value(status, Datatype.JSON, config);
    }
  }

  /** Answers that a scope or collection does not exist as of the manifest that it names. */
  void sendUnknownCollection(Status status) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("error").put("context", "Unknown scope or collection in operation");
    Bucket bucket = session.selectedBucket();
    body.put("manifest_uid", bucket == null ? "0" : Long.toHexString(bucket.manifest().uid()));
    responses.value(status, Datatype.JSON, utf8(body.toString()));
  }

  private byte[] config(@Nullable Bucket bucket) {
    ClusterConfig config = service.config();
    return bucket == null ? config.global() : config.of(bucket);
  }

  private void collectionId(Request request) {
    Path path = path(request);
    CollectionsManifest manifest = session.bucket().manifest();
    CollectionsManifest.Scope scope = manifest.scope(path.scope());
    if (scope == null) {
      throw StatusException.of(Status.UNKNOWN_SCOPE);
    }
    CollectionsManifest.Collection collection = manifest.collection(scope, path.collection());
    if (collection == null) {
      throw StatusException.of(Status.UNKNOWN_COLLECTION);
    }
    sendId(manifest, collection.id());
  }

  private void scopeId(Request request) {
    CollectionsManifest manifest = session.bucket().manifest();
    CollectionsManifest.Scope scope = manifest.scope(path(request).scope());
    if (scope == null) {
      throw StatusException.of(Status.UNKNOWN_SCOPE);
    }
    sendId(manifest, scope.id());
  }

  private void sendId(CollectionsManifest manifest, int id) {
    responses
        .header(Status.SUCCESS, Datatype.RAW, Long.BYTES + Integer.BYTES, 0, 0)
        .writeLong(manifest.uid())
        .writeInt(id);
  }

  private record Path(String scope, String collection) {}

  /** Reads {@code scope.collection}, in which an empty name is the default one. */
  private static Path path(Request request) {
    String text = request.valueLength() > 0 ? request.valueText() : request.keyText();
    List<String> names = List.of(text.split("\\.", -1));
    if (names.size() > 2) {
      throw StatusException.of(Status.EINVAL);
    }
    return new Path(orDefault(names.get(0)), names.size() == 2 ? orDefault(names.get(1)) : "");
  }

  private static String orDefault(String name) {
    return name.isEmpty() ? CollectionsManifest.DEFAULT_NAME : name;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
