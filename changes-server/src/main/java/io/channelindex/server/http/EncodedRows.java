package io.channelindex.server.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.channelindex.index.read.Row;
import io.channelindex.sequence.token.Token;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Rows as JSON. Followers of one channel are handed the same row objects, and a feed of a thousand
 * followers would encode each of them a thousand times: so the bytes of the latest rows are kept,
 * by the rows' identity, in a table of slots that newer rows take over.
 *
 * <p>Thread-safe. A slot that two threads fill at once holds either row, each with its own bytes.
 */
final class EncodedRows {
  private static final int SLOTS = 1 << 11;
  private static final byte[] SEQ = ascii("{\"seq\":\"");
  private static final byte[] ID = ascii("\",\"id\":\"");
  private static final byte[] REVISION = ascii("\",\"changes\":[{\"rev\":\"");
  private static final byte[] END = ascii("\"}]}");

  private final AtomicReferenceArray<Slot> slots = new AtomicReferenceArray<>(SLOTS);

  private static final class Slot {
    private final Row row;
    private final byte[] json;

    Slot(Row row, byte[] json) {
      this.row = row;
      this.json = json;
    }
  }

  /** The row's JSON object in UTF-8; shared, not to be written to. */
  byte[] json(Row row) {
    int index = System.identityHashCode(row) & (SLOTS - 1);
    Slot slot = slots.getAcquire(index);
    // Equal rows would do too, but comparing them costs what this is to save.
    if (slot != null && isSame(slot.row, row)) {
      return slot.json;
    }
    byte[] json = encode(row);
    slots.setRelease(index, new Slot(row, json));
    return json;
  }

  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(Row one, Row other) {
    return one == other;
  }

  static byte[] encode(Row row) {
    Token token = row.token();
    byte[] id = text(row.documentId());
    byte[] revision = text(row.revision());
    byte[] rest = rest(row);
    byte[] json =
        new byte
            [SEQ.length
                + token.length()
                + ID.length
                + id.length
                + REVISION.length
                + revision.length
                + rest.length];
    int at = put(SEQ, json, 0);
    // Tokens have no letters that JSON would write in another way.
    token.copyTo(json, at);
    at = put(ID, json, at + token.length());
    at = put(id, json, at);
    at = put(REVISION, json, at);
    at = put(revision, json, at);
    put(rest, json, at);
    return json;
  }

  private static int put(byte[] part, byte[] json, int at) {
    System.arraycopy(part, 0, json, at, part.length);
    return at + part.length;
  }

  private static byte[] rest(Row row) {
    if (!row.deleted() && row.removed().isEmpty()) {
      return END;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ascii("\"}]"));
    if (row.deleted()) {
      out.writeBytes(ascii(",\"deleted\":true"));
    }
    for (int i = 0; i < row.removed().size(); i++) {
      out.writeBytes(ascii(i == 0 ? ",\"removed\":[\"" : "\",\""));
      out.writeBytes(text(row.removed().get(i)));
    }
    out.writeBytes(ascii(row.removed().isEmpty() ? "}" : "\"]}"));
    return out.toByteArray();
  }

  /** A text as it stands between quotation marks. */
  private static byte[] text(String value) {
    return isPlain(value)
        ? value.getBytes(StandardCharsets.ISO_8859_1)
        : JsonStringEncoder.getInstance().quoteAsUTF8(value);
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char letter = value.charAt(i);
      if (letter < ' ' || letter > '~' || letter == '"' || letter == '\\') {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String value) {
    return value.getBytes(StandardCharsets.US_ASCII);
  }
}
