package io.channelindex.embedded.connection;

import io.channelindex.embedded.protocol.Opcode;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Which parts a request has: what can be refused before anything is looked at. Source: the packet
 * tables of {@code docs/BinaryProtocol.md} and {@code docs/dcp/}.
 *
 * @param extras allowed lengths of the extras in bytes; empty where the command checks them itself
 */
record RequestShape(Lengths extras, Part key, Part value, Part cas) {
  /** Whether a part has to be there. */
  enum Part {
    REQUIRED,
    OPTIONAL,
    NONE;

    boolean admits(boolean present) {
      return this == OPTIONAL || present == (this == REQUIRED);
    }
  }

  /** The lengths that extras may have. */
  static final class Lengths {
    private static final Lengths ANY = new Lengths();
    private static final Lengths ZERO = new Lengths(0);

    private final int[] allowed;

    private Lengths(int... allowed) {
      this.allowed = allowed;
    }

    static Lengths of(int... allowed) {
      return new Lengths(allowed);
    }

    boolean admit(int length) {
      if (this == ANY) {
        return true;
      }
      for (int each : allowed) {
        if (each == length) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String toString() {
      return Arrays.toString(allowed);
    }
  }

  private static final Map<Opcode, RequestShape> SHAPES = new EnumMap<>(Opcode.class);

  static {
    RequestShape bare = new RequestShape(Lengths.ZERO, Part.NONE, Part.NONE, Part.NONE);
    put(bare, Opcode.NOOP, Opcode.VERSION, Opcode.QUIT, Opcode.LIST_BUCKETS);
    put(bare, Opcode.SASL_LIST_MECHANISMS, Opcode.COLLECTIONS_GET_MANIFEST);
    put(bare, Opcode.DCP_CLOSE_STREAM, Opcode.DCP_FAILOVER_LOG, Opcode.DCP_NOOP);
    put(bare, Opcode.GET_FAILOVER_LOG);
    put(bare.withKey(Part.OPTIONAL).withValue(Part.OPTIONAL), Opcode.HELLO, Opcode.STAT);
    put(bare.withKey(Part.OPTIONAL).withValue(Part.OPTIONAL), Opcode.COLLECTIONS_GET_ID);
    put(bare.withKey(Part.OPTIONAL).withValue(Part.OPTIONAL), Opcode.COLLECTIONS_GET_SCOPE_ID);
    put(bare.withKey(Part.OPTIONAL), Opcode.SELECT_BUCKET);
    put(bare.withKey(Part.REQUIRED).withValue(Part.OPTIONAL), Opcode.SASL_AUTH, Opcode.SASL_STEP);
    put(bare.withValue(Part.REQUIRED), Opcode.GET_ERROR_MAP, Opcode.OBSERVE_SEQNO);
    put(bare.withValue(Part.REQUIRED), Opcode.OBSERVE);
    put(bare.withExtras(0, 4), Opcode.GET_RANDOM_KEY);
    put(bare.withExtras(0, 16), Opcode.GET_CLUSTER_CONFIG);
    put(bare.withExtras(0, 4, 8), Opcode.GET_ALL_VBUCKET_SEQNOS);

    RequestShape read = bare.withKey(Part.REQUIRED);
    RequestShape write = read.withCas(Part.OPTIONAL);
    put(read, Opcode.GET, Opcode.GET_REPLICA);
    put(read.withExtras(0, 1), Opcode.GET_META);
    put(read.withExtras(4), Opcode.TOUCH, Opcode.GET_AND_TOUCH);
    put(read.withExtras(0, 4), Opcode.GET_AND_LOCK);
    put(write, Opcode.DELETE, Opcode.UNLOCK);
    put(write.withExtras(20), Opcode.INCREMENT, Opcode.DECREMENT);
    put(write.withValue(Part.OPTIONAL), Opcode.APPEND, Opcode.PREPEND);
    put(write.withExtras(8).withValue(Part.OPTIONAL), Opcode.SET, Opcode.ADD, Opcode.REPLACE);

    RequestShape dcp = bare.withCas(Part.OPTIONAL);
    put(dcp.withExtras(8).withKey(Part.REQUIRED).withValue(Part.OPTIONAL), Opcode.DCP_OPEN);
    put(dcp.withKey(Part.REQUIRED).withValue(Part.REQUIRED), Opcode.DCP_CONTROL);
    put(dcp.withExtras(48).withValue(Part.OPTIONAL), Opcode.DCP_STREAM_REQUEST);
    put(dcp.withExtras(4), Opcode.DCP_BUFFER_ACKNOWLEDGEMENT);

    // What a sub-document command's extras and value may be depends on both together.
    RequestShape subdoc =
        new RequestShape(Lengths.ANY, Part.REQUIRED, Part.OPTIONAL, Part.OPTIONAL);
    for (Opcode opcode : Opcode.values()) {
      if (opcode.isSubdoc()) {
        put(subdoc, opcode);
      }
    }
  }

  private static final RequestShape UNCHECKED =
      new RequestShape(Lengths.ANY, Part.OPTIONAL, Part.OPTIONAL, Part.OPTIONAL);

  private static void put(RequestShape shape, Opcode... opcodes) {
    for (Opcode opcode : opcodes) {
      SHAPES.put(opcode, shape);
    }
  }

  private RequestShape withExtras(int... lengths) {
    return new RequestShape(Lengths.of(lengths), key, value, cas);
  }

  private RequestShape withKey(Part part) {
    return new RequestShape(extras, part, value, cas);
  }

  private RequestShape withValue(Part part) {
    return new RequestShape(extras, key, part, cas);
  }

  private RequestShape withCas(Part part) {
    return new RequestShape(extras, key, value, part);
  }

  /** The shape of requests with {@code opcode}; anything for those that are never answered. */
  static RequestShape of(Opcode opcode) {
    return SHAPES.getOrDefault(opcode, UNCHECKED);
  }

  boolean admits(Request request) {
    return extras.admit(request.extrasLength())
        && key.admits(request.keyLength() > 0)
        && value.admits(request.valueLength() > 0)
        && cas.admits(request.cas() != 0);
  }
}
