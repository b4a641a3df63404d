package io.channelindex.server.documents;

import com.couchbase.client.java.codec.JsonSerializer;
import java.nio.charset.StandardCharsets;

/** Hands JSON that is bytes already to the client as it is, and macros as the strings they are. */
final class RawJsonSerializer implements JsonSerializer {
  static final RawJsonSerializer INSTANCE = new RawJsonSerializer();

  private RawJsonSerializer() {}

  @Override
  public byte[] serialize(Object input) {
    return input instanceof byte[] json
        ? json
        : ("\"" + input + "\"").getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public <T> T deserialize(Class<T> target, byte[] input) {
    throw new UnsupportedOperationException("mutations have no content: target=" + target);
  }
}
