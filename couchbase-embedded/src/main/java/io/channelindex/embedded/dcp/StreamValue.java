package io.channelindex.embedded.dcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.channelindex.embedded.engine.CollectionsManifest;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.protocol.Status;

/**
 * What the JSON of a stream request says. Unknown members are left alone. Source: {@code
 * stream-request-value.md}.
 *
 * @param id tells the streams of one vbucket apart, 0 if the connection does not use ids
 * @param purgeSeqno the last purge seqno that the client was told, 0 if it does not say
 * @param filter what the stream shows
 */
record StreamValue(int id, long purgeSeqno, StreamFilter filter) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MAX_ID = 0xffff;
  private static final int HEX = 16;
  private static final int DECIMAL = 10;

  /**
   * Reads the value of a stream request.
   *
   * @throws StatusException if it is malformed, names what there is not, or does not go with the
   *     options of the connection
   */
  static StreamValue parse(String text, DcpOptions options, CollectionsManifest manifest) {
    boolean collections = options.has(DcpOptions.Option.COLLECTIONS);
    if (!collections && !text.isEmpty()) {
      throw StatusException.of(Status.EINVAL);
    }
    JsonNode json = text.isEmpty() ? JSON.createObjectNode() : read(text);
    number(json, "uid", HEX);
    return new StreamValue(
        id(json, options.has(DcpOptions.Option.STREAM_IDS)),
        number(json, "purge_seqno", DECIMAL),
        collections
            ? StreamFilter.parse(json, manifest)
            : StreamFilter.defaultCollection(manifest));
  }

  private static JsonNode read(String text) {
    try {
      JsonNode json = JSON.readTree(text);
      if (json.isObject()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      throw StatusException.of(Status.EINVAL);
    }
    throw StatusException.of(Status.EINVAL);
  }

  private static int id(JsonNode json, boolean expected) {
    JsonNode id = json.get("sid");
    if (id == null && !expected) {
      return 0;
    }
    if (id == null || !expected) {
      throw StatusException.of(Status.DCP_STREAMID_INVALID);
    }
    if (!id.isIntegralNumber()) {
      throw StatusException.of(Status.EINVAL);
    }
    if (!id.canConvertToInt() || id.intValue() < 1 || id.intValue() > MAX_ID) {
      throw StatusException.of(Status.DCP_STREAMID_INVALID);
    }
    return id.intValue();
  }

  private static long number(JsonNode json, String member, int radix) {
    JsonNode number = json.get(member);
    if (number == null) {
      return 0;
    }
    try {
      if (number.isTextual()) {
        return Long.parseUnsignedLong(number.textValue(), radix);
      }
    } catch (NumberFormatException e) {
      throw StatusException.of(Status.EINVAL);
    }
    throw StatusException.of(Status.EINVAL);
  }
}
