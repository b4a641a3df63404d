package io.channelindex.server.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.channelindex.index.read.Row;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
    ByteArrayOutputStream out =
        new ByteArrayOutputStream(row.seq().length() + row.documentId().length() + 128);
    ascii(out, "{\"seq\":");
    text(out, row.seq());
    ascii(out, ",\"id\":");
    text(out, row.documentId());
    ascii(out, ",\"changes\":[{\"rev\":");
    text(out, row.revision());
    ascii(out, "}]");
    if (row.deleted()) {
      ascii(out, ",\"deleted\":true");
    }
    if (!row.removed().isEmpty()) {
      removed(out, row.removed());
    }
    out.write('}');
    return out.toByteArray();
  }

  private static void removed(ByteArrayOutputStream out, List<String> channels) {
    ascii(out, ",\"removed\":[");
    for (int i = 0; i < channels.size(); i++) {
      if (i > 0) {
        out.write(',');
      }
      text(out, channels.get(i));
    }
    out.write(']');
  }

  private static void text(ByteArrayOutputStream out, String value) {
    out.write('"');
    out.writeBytes(
        isPlain(value)
            ? value.getBytes(StandardCharsets.ISO_8859_1)
            : JsonStringEncoder.getInstance().quoteAsUTF8(value));
    out.write('"');
  }

  /** Whether a text stands in JSON as it is: tokens do, which are most of a row. */
  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char letter = value.charAt(i);
      if (letter < ' ' || letter > '~' || letter == '"' || letter == '\\') {
        return false;
      }
    }
    return true;
  }

  private static void ascii(ByteArrayOutputStream out, String value) {
    out.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }
}
