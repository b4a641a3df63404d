package io.channelindex.server.http;

import io.channelindex.index.read.Row;
import java.util.List;

/** Rows for tests. */
final class Rows {
  private Rows() {}

  static Row row(String seq, String id) {
    return new Row(seq, id, "1-" + id, false, List.of());
  }

  /** What {@link #row} is on the wire. */
  static String json(String seq, String id) {
    return "{\"seq\":\""
        + seq
        + "\",\"id\":\""
        + id
        + "\",\"changes\":[{\"rev\":\"1-"
        + id
        + "\"}]}";
  }
}
