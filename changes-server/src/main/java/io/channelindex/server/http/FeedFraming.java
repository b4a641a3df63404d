package io.channelindex.server.http;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a feed's rows into bytes.
 *
 * <pre>
 * normal, longpoll          continuous
 * {"results":[\n            {row}\n
 * {row},\n                  {row}\n
 * {row}\n                   {"last_seq":"…"}\n
 * ],\n
 * "last_seq":"…","pending":n}\n
 * </pre>
 *
 * <p>A comma is written with the row that needs it: before that nobody knows of it.
 *
 * <p>Confined to the context of its feed.
 */
final class FeedFraming {
  /** What a row without a document takes beside its JSON object. */
  static final int MAX_ROW_BYTES = 2;

  private final FeedKind kind;
  private boolean hasBegun;
  private boolean hasRows;

  FeedFraming(FeedKind kind) {
    this.kind = kind;
  }

  /** What comes before the rows; nothing if that was written already. */
  void begin(Buffer out) {
    boolean first = !hasBegun;
    hasBegun = true;
    if (first && kind != FeedKind.CONTINUOUS) {
      out.appendString("{\"results\":[\n");
    }
  }

  /**
   * A row.
   *
   * @param row its JSON object
   * @param document the JSON object to put into it; null for none
   */
  void row(Buffer out, byte[] row, byte @Nullable [] document) {
    if (kind != FeedKind.CONTINUOUS && hasRows) {
      out.appendString(",\n");
    }
    hasRows = true;
    if (document == null) {
      out.appendBytes(row);
    } else {
      out.appendBytes(row, 0, row.length - 1);
      out.appendString(",\"doc\":").appendBytes(document).appendByte((byte) '}');
    }
    if (kind == FeedKind.CONTINUOUS) {
      out.appendByte((byte) '\n');
    }
  }

  /**
   * The end.
   *
   * @param lastSeq a token: nothing in it needs escaping
   */
  void end(Buffer out, String lastSeq, long pending) {
    if (kind == FeedKind.CONTINUOUS) {
      out.appendString("{\"last_seq\":\"").appendString(lastSeq).appendString("\"}\n");
      return;
    }
    out.appendString(hasRows ? "\n],\n" : "],\n");
    out.appendString("\"last_seq\":\"").appendString(lastSeq);
    out.appendString("\",\"pending\":").appendString(Long.toString(pending)).appendString("}\n");
  }
}
