package io.channelindex.embedded.subdoc;

import io.channelindex.embedded.json.JsonEditException;
import io.channelindex.embedded.json.JsonEditor;
import io.channelindex.embedded.json.JsonPath;
import io.channelindex.embedded.json.JsonProblem;
import io.channelindex.embedded.json.MissingParents;
import io.channelindex.embedded.protocol.Status;
import java.nio.charset.StandardCharsets;

/** The operations on a path of a JSON text, be it the body or the attributes as one object. */
final class Operations {
  private static final byte[] NOTHING = new byte[0];

  private Operations() {}

  /** The text after a mutation, and what is returned for its path. */
  // Bytes on their way through, handed over and never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Mutated(byte[] text, byte[] response) {}

  /**
   * Looks a path up.
   *
   * @return the response value; empty if the operation has none
   * @throws SubdocException with the status of the path
   */
  static byte[] lookup(PathSpec spec, byte[] text) {
    try {
      JsonPath path = JsonPath.parse(spec.path());
      return switch (spec.operation()) {
        case GET -> {
          byte[] found = JsonEditor.get(text, path);
          yield spec.isBinary() ? BinaryAttribute.decode(found) : found;
        }
        case EXISTS -> {
          JsonEditor.requireExists(text, path);
          yield NOTHING;
        }
        case GET_COUNT -> ascii(JsonEditor.count(text, path));
        default -> throw new IllegalArgumentException("operation=" + spec.operation());
      };
    } catch (JsonEditException e) {
      throw new SubdocException(statusOf(e.problem()), e.problem().name());
    }
  }

  /**
   * Changes a path.
   *
   * @param value what the request's value stands for
   * @param missing what happens to missing parents
   * @throws SubdocException with the status of the path
   */
  static Mutated mutate(PathSpec spec, byte[] text, byte[] value, MissingParents missing) {
    try {
      JsonPath path = JsonPath.parse(spec.path());
      if (spec.operation() == PathOperation.COUNTER) {
        JsonEditor.Counted counted = JsonEditor.counter(text, path, value, missing);
        return new Mutated(counted.text(), ascii(counted.value()));
      }
      return new Mutated(edit(spec.operation(), text, path, value, missing), NOTHING);
    } catch (JsonEditException e) {
      throw new SubdocException(statusOf(e.problem()), e.problem().name());
    }
  }

  private static byte[] edit(
      PathOperation operation, byte[] text, JsonPath path, byte[] value, MissingParents missing) {
    return switch (operation) {
      case DICT_ADD -> JsonEditor.add(text, path, value, missing);
      case DICT_UPSERT -> JsonEditor.upsert(text, path, value, missing);
      case DELETE -> JsonEditor.remove(text, path);
      case REPLACE -> JsonEditor.replace(text, path, value);
      case ARRAY_PUSH_LAST -> JsonEditor.pushLast(text, path, value, missing);
      case ARRAY_PUSH_FIRST -> JsonEditor.pushFirst(text, path, value, missing);
      case ARRAY_INSERT -> JsonEditor.insert(text, path, value);
      case ARRAY_ADD_UNIQUE -> JsonEditor.addUnique(text, path, value, missing);
      default -> throw new IllegalArgumentException("operation=" + operation);
    };
  }

  private static Status statusOf(JsonProblem problem) {
    return switch (problem) {
      case PATH_NOT_FOUND -> Status.SUBDOC_PATH_ENOENT;
      case PATH_MISMATCH -> Status.SUBDOC_PATH_MISMATCH;
      case PATH_INVALID -> Status.SUBDOC_PATH_EINVAL;
      case PATH_TOO_BIG -> Status.SUBDOC_PATH_E2BIG;
      case PATH_EXISTS -> Status.SUBDOC_PATH_EEXISTS;
      case DOCUMENT_TOO_DEEP -> Status.SUBDOC_DOC_E2DEEP;
      case DOCUMENT_NOT_JSON -> Status.SUBDOC_DOC_NOT_JSON;
      case VALUE_CANNOT_INSERT -> Status.SUBDOC_VALUE_CANTINSERT;
      case VALUE_TOO_DEEP -> Status.SUBDOC_VALUE_ETOODEEP;
      case NUMBER_OUT_OF_RANGE -> Status.SUBDOC_NUM_ERANGE;
      case DELTA_INVALID -> Status.SUBDOC_DELTA_EINVAL;
    };
  }

  private static byte[] ascii(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }
}
