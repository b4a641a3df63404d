package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.protocol.Opcode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Builds sub-document multi-requests and reads their answers. */
final class Subdoc {
  static final int MAKE_DOCUMENT = 0x01;
  static final int ADD_DOCUMENT = 0x02;
  static final int ACCESS_DELETED = 0x04;

  static final int CREATE_PATH = 0x01;
  static final int ATTRIBUTE = 0x04;
  static final int EXPAND_MACROS = 0x10;

  /** What one path answered. */
  record Result(int status, String value) {}

  private final Frame frame;
  private final ByteArrayOutputStream specs = new ByteArrayOutputStream();

  private Subdoc(Opcode opcode, DocumentKey document) {
    frame = Frame.request(opcode).withDocument(document);
  }

  static Subdoc lookup(DocumentKey document) {
    return new Subdoc(Opcode.SUBDOC_MULTI_LOOKUP, document);
  }

  static Subdoc mutate(DocumentKey document) {
    return new Subdoc(Opcode.SUBDOC_MULTI_MUTATION, document);
  }

  Subdoc get(String path) {
    return addLookup(Opcode.SUBDOC_GET, 0, path);
  }

  Subdoc getAttribute(String path) {
    return addLookup(Opcode.SUBDOC_GET, ATTRIBUTE, path);
  }

  Subdoc getBody() {
    return addLookup(Opcode.GET, 0, "");
  }

  Subdoc setAttribute(String path, String json) {
    return addMutation(Opcode.SUBDOC_DICT_UPSERT, ATTRIBUTE | CREATE_PATH, path, json);
  }

  Subdoc setMacro(String path, String macro) {
    int flags = ATTRIBUTE | CREATE_PATH | EXPAND_MACROS;
    return addMutation(Opcode.SUBDOC_DICT_UPSERT, flags, path, "\"" + macro + "\"");
  }

  Subdoc setBody(String json) {
    return addMutation(Opcode.SET, 0, "", json);
  }

  Subdoc removeBody() {
    return addMutation(Opcode.DELETE, 0, "", "");
  }

  /** A request without document flags. */
  Frame frame() {
    return frame.withValue(specs.toByteArray());
  }

  Frame frame(int documentFlags) {
    return frame().withExtras(new byte[] {(byte) documentFlags});
  }

  /** Reads the answer to a lookup: one result for each path. */
  static List<Result> results(Frame response) {
    List<Result> results = new ArrayList<>();
    ByteBuffer value = response.valueBuffer();
    while (value.hasRemaining()) {
      int status = value.getShort();
      byte[] content = new byte[value.getInt()];
      value.get(content);
      results.add(new Result(status, new String(content, UTF_8)));
    }
    return results;
  }

  private Subdoc addLookup(Opcode opcode, int flags, String path) {
    byte[] name = path.getBytes(UTF_8);
    specs.write(opcode.code());
    specs.write(flags);
    specs.writeBytes(ByteBuffer.allocate(2).putShort((short) name.length).array());
    specs.writeBytes(name);
    return this;
  }

  private Subdoc addMutation(Opcode opcode, int flags, String path, String json) {
    byte[] name = path.getBytes(UTF_8);
    byte[] value = json.getBytes(UTF_8);
    specs.write(opcode.code());
    specs.write(flags);
    specs.writeBytes(
        ByteBuffer.allocate(6).putShort((short) name.length).putInt(value.length).array());
    specs.writeBytes(name);
    specs.writeBytes(value);
    return this;
  }
}
