package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.BinaryLayout.Kind.EXACT;
import static io.channelindex.embedded.wire.BinaryLayout.Kind.MANIFEST_UID;
import static io.channelindex.embedded.wire.BinaryLayout.Kind.SEQNO;
import static io.channelindex.embedded.wire.BinaryLayout.Kind.TIME;
import static io.channelindex.embedded.wire.BinaryLayout.Kind.VBUCKET;
import static io.channelindex.embedded.wire.BinaryLayout.Kind.VBUUID;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.protocol.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The named parts of extras and binary values, so that each can be compared on its own terms.
 *
 * <p>Source: {@code docs/BinaryProtocol.md} and {@code docs/dcp/} of couchbase/kv_engine.
 */
final class BinaryLayout {

  /** On what terms a part is compared. */
  enum Kind {
    EXACT,
    VBUUID,
    SEQNO,
    /** The vbucket of the parts that follow. */
    VBUCKET,
    /** Seconds since 1970. */
    TIME,
    MANIFEST_UID
  }

  /** {@code length} bytes, an unsigned integer where the kind is not {@link Kind#EXACT}. */
  record Part(String name, int length, Kind kind) {}

  private static final List<Part> MUTATION_TOKEN =
      List.of(new Part("vbuuid", 8, VBUUID), new Part("seqno", 8, SEQNO));

  private static final List<Part> META =
      List.of(
          new Part("deleted", 4, EXACT),
          new Part("flags", 4, EXACT),
          new Part("expiry", 4, TIME),
          new Part("revision", 8, EXACT),
          new Part("datatype", 1, EXACT));

  private static final List<Part> COLLECTION_ID =
      List.of(new Part("manifestUid", 8, MANIFEST_UID), new Part("collection", 4, EXACT));

  private static final List<Part> MARKER =
      List.of(new Part("start", 8, SEQNO), new Part("end", 8, SEQNO), new Part("flags", 4, EXACT));

  private static final List<Part> MUTATION =
      List.of(
          new Part("seqno", 8, SEQNO),
          new Part("revision", 8, EXACT),
          new Part("flags", 4, EXACT),
          new Part("expiry", 4, TIME),
          new Part("lockTime", 4, EXACT),
          new Part("metaLength", 2, EXACT),
          new Part("nru", 1, EXACT));

  private static final List<Part> DELETION =
      List.of(
          new Part("seqno", 8, SEQNO),
          new Part("revision", 8, EXACT),
          new Part("metaLength", 2, EXACT));

  private static final List<Part> SYSTEM_EVENT =
      List.of(
          new Part("seqno", 8, SEQNO), new Part("event", 4, EXACT), new Part("version", 1, EXACT));

  private static final List<Part> SYSTEM_EVENT_VALUE =
      List.of(new Part("manifestUid", 8, MANIFEST_UID), new Part("ids", 4, EXACT));

  private static final List<Part> OBSERVED =
      List.of(
          new Part("format", 1, EXACT),
          new Part("vbucket", 2, VBUCKET),
          new Part("vbuuid", 8, VBUUID),
          new Part("persistedSeqno", 8, SEQNO),
          new Part("currentSeqno", 8, SEQNO));

  private static final List<Part> VBUCKET_SEQNO =
      List.of(new Part("vbucket", 2, VBUCKET), new Part("seqno", 8, SEQNO));

  private static final List<Part> ROLLBACK = List.of(new Part("seqno", 8, SEQNO));

  private BinaryLayout() {}

  /** The parts of the extras of a response or a frame that the server sent on its own. */
  static List<Part> ofExtras(Frame frame) {
    Opcode opcode = Opcode.of(frame.opcode());
    if (opcode == null) {
      return whole(frame.extras().length);
    }
    return switch (opcode) {
      case GET_META -> META;
      case COLLECTIONS_GET_ID -> COLLECTION_ID;
      case DCP_SNAPSHOT_MARKER -> MARKER;
      case DCP_MUTATION -> MUTATION;
      case DCP_DELETION -> DELETION;
      case DCP_SYSTEM_EVENT -> SYSTEM_EVENT;
      default -> frame.extras().length == 16 ? MUTATION_TOKEN : whole(frame.extras().length);
    };
  }

  /** The parts of a binary value, or null if the value is to be read as text. */
  static @Nullable List<Part> ofValue(Frame frame) {
    Opcode opcode = Opcode.of(frame.opcode());
    int length = frame.value().length;
    if (opcode == null || length == 0) {
      return null;
    }
    return switch (opcode) {
      case OBSERVE_SEQNO -> OBSERVED;
      case GET_ALL_VBUCKET_SEQNOS -> repeated(VBUCKET_SEQNO, length);
      case DCP_FAILOVER_LOG -> repeated(MUTATION_TOKEN, length);
      case DCP_STREAM_REQUEST ->
          frame.has(Status.ROLLBACK) ? ROLLBACK : repeated(MUTATION_TOKEN, length);
      case DCP_SYSTEM_EVENT -> withRest(SYSTEM_EVENT_VALUE, length);
      default -> null;
    };
  }

  static int length(List<Part> parts) {
    return parts.stream().mapToInt(Part::length).sum();
  }

  private static List<Part> whole(int length) {
    return length == 0 ? List.of() : List.of(new Part("bytes", length, EXACT));
  }

  private static List<Part> repeated(List<Part> parts, int length) {
    List<Part> all = new ArrayList<>();
    int times = length / length(parts);
    for (int i = 0; i < times; i++) {
      for (Part part : parts) {
        all.add(new Part(part.name() + "[" + i + "]", part.length(), part.kind()));
      }
    }
    return withRest(all, length);
  }

  private static List<Part> withRest(List<Part> parts, int length) {
    List<Part> all = new ArrayList<>(parts);
    all.addAll(whole(length - length(parts)));
    return all;
  }
}
