package io.channelindex.benchmarks.block;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.format.EntrySink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A block as JSON, by Jackson's streams: short names, branches once, states only where they are not
 * the usual one.
 *
 * <pre>
 *   {"channel":"news","vbuuids":{"32":"-4513…"},
 *    "entries":[{"id":"order-17","rev":"1-ab…","vb":32,"seq":5000123,"state":1},…]}
 * </pre>
 */
final class JsonBlock {
  private final JsonFactory factory = new JsonFactory();

  byte[] encode(String channel, List<Entry> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128 * entries.size());
    try (JsonGenerator json = factory.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("channel", channel);
      json.writeObjectFieldStart("vbuuids");
      for (Map.Entry<Integer, Long> branch : branches(entries).entrySet()) {
        json.writeStringField(branch.getKey().toString(), branch.getValue().toString());
      }
      json.writeEndObject();
      json.writeArrayFieldStart("entries");
      for (Entry entry : entries) {
        write(json, entry);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static Map<Integer, Long> branches(List<Entry> entries) {
    Map<Integer, Long> branches = new LinkedHashMap<>();
    int last = -1;
    for (Entry entry : entries) {
      if (entry.vbucket() != last) {
        last = entry.vbucket();
        branches.put(last, entry.vbuuid());
      }
    }
    return branches;
  }

  private static void write(JsonGenerator json, Entry entry) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", entry.documentId());
    json.writeStringField("rev", entry.revision());
    json.writeNumberField("vb", entry.vbucket());
    json.writeNumberField("seq", entry.seqno());
    if (entry.state() != EntryState.ACTIVE) {
      json.writeNumberField("state", entry.state().code());
    }
    json.writeEndObject();
  }

  void decode(byte[] block, EntryFilter filter, EntrySink sink) {
    try (JsonParser json = factory.createParser(block)) {
      long[] vbuuids = new long[1024];
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          json.nextToken();
          if (name.equals("vbuuids")) {
            readBranches(json, vbuuids);
          } else if (name.equals("entries")) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
              readEntry(json, vbuuids, filter, sink);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readBranches(JsonParser json, long[] vbuuids) throws IOException {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      int vbucket = Integer.parseInt(json.currentName());
      json.nextToken();
      vbuuids[vbucket] = Long.parseLong(json.getText());
    }
  }

  private static void readEntry(JsonParser json, long[] vbuuids, EntryFilter filter, EntrySink sink)
      throws IOException {
    String id = "";
    String revision = "";
    int vbucket = 0;
    long seqno = 0;
    int state = 0;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "id" -> id = json.getText();
        case "rev" -> revision = json.getText();
        case "vb" -> vbucket = json.getIntValue();
        case "seq" -> seqno = json.getLongValue();
        case "state" -> state = json.getIntValue();
        default -> throw new IOException("unknown field: name=" + name);
      }
    }
    if (filter.wants(vbucket, seqno, vbuuids[vbucket])) {
      sink.entry(id, revision, vbucket, seqno, vbuuids[vbucket], EntryState.ofCode(state));
    }
  }
}
