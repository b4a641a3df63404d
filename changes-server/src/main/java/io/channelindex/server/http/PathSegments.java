package io.channelindex.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/**
 * A request path as its decoded segments. Strict where lenient decoding would let two paths name
 * one document or one path name another document than the client meant: no dot segments are
 * resolved, {@code %2F} is no separator, {@code +} is no space, and what is not UTF-8 is refused.
 */
final class PathSegments {
  private static final char LAST_ASCII = 0x7f;

  private PathSegments() {}

  /**
   * The segments; a slash at the end adds none.
   *
   * @throws HttpProblem 400 if the path is malformed
   */
  static List<String> of(String path) {
    List<String> segments = new ArrayList<>(3);
    int begin = path.startsWith("/") ? 1 : 0;
    while (begin < path.length()) {
      int end = path.indexOf('/', begin);
      end = end < 0 ? path.length() : end;
      if (end == begin) {
        throw HttpProblem.badRequest("empty path segment: path=" + HttpProblem.quote(path));
      }
      segments.add(decode(path.substring(begin, end)));
      begin = end + 1;
    }
    return segments;
  }

  private static String decode(String segment) {
    ByteBuffer bytes = ByteBuffer.allocate(segment.length());
    int at = 0;
    while (at < segment.length()) {
      char c = segment.charAt(at);
      if (c > LAST_ASCII) {
        throw HttpProblem.badRequest("path is not percent-encoded");
      }
      bytes.put((byte) (c == '%' ? hexByte(segment, at + 1) : c));
      at += c == '%' ? 3 : 1;
    }
    try {
      return UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw HttpProblem.badRequest("path is not UTF-8: segment=" + HttpProblem.quote(segment));
    }
  }

  private static int hexByte(String segment, int at) {
    int high = at + 1 < segment.length() ? Character.digit(segment.charAt(at), 16) : -1;
    int low = high < 0 ? -1 : Character.digit(segment.charAt(at + 1), 16);
    if (low < 0) {
      throw HttpProblem.badRequest(
          "malformed percent-encoding: segment=" + HttpProblem.quote(segment));
    }
    return high << 4 | low;
  }
}
