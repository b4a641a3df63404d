package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A capture of a conversation with a real server. The format is described in {@code
 * src/test/resources/wire/README.md}.
 *
 * @param counts how many frames of each kind went over the wire, of which the printed ones are a
 *     sample
 */
record CaptureLog(String name, List<CapturedFrame> frames, Map<FrameKind, Integer> counts) {

  private static final String BYTES = "b'(?:[^'\\\\]|\\\\.)*+'|b\"(?:[^\"\\\\]|\\\\.)*+\"";

  private static final Pattern FRAME =
      Pattern.compile(
          "([CS])#(\\d+) m=(\\p{XDigit}{2}) op=(\\p{XDigit}{2}) klen=(\\d+) extlen=(\\d+)"
              + " fram=(\\p{XDigit}*) dt=(\\p{XDigit}{2}) (vb|st)=(\\d+) cas=(\\p{XDigit}+)"
              + (" ext=(\\p{XDigit}*) key=(" + BYTES + ")")
              + (" val\\((\\d+)\\)=(" + BYTES + "|\\p{XDigit}*)"));

  private static final Pattern COUNT =
      Pattern.compile(
          "COUNT \\('([CS])', (\\d+), (\\d+), (\\d+), (\\d+), (\\d+), (True|False), (None|\\d+),"
              + " (True|False)\\) (\\d+)");

  static CaptureLog read(String name) {
    try (InputStream in = CaptureLog.class.getResourceAsStream("/wire/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no such capture: name=" + name);
      }
      return parse(name, new String(in.readAllBytes(), US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException("name=" + name, e);
    }
  }

  /**
   * Parses a whole capture.
   *
   * @throws IllegalArgumentException with name and line if a line is neither a frame nor a count,
   *     or contradicts itself
   */
  static CaptureLog parse(String name, String text) {
    List<CapturedFrame> frames = new ArrayList<>();
    Map<FrameKind, Integer> counts = new LinkedHashMap<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      try {
        Matcher count = COUNT.matcher(line);
        if (count.matches()) {
          counts.put(kind(count), Integer.parseInt(count.group(10)));
        } else {
          frames.add(frame(i + 1, line));
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("capture=" + name + " line=" + (i + 1), e);
      }
    }
    return new CaptureLog(name, List.copyOf(frames), counts);
  }

  CapturedFrame at(int line) {
    return frames.stream()
        .filter(frame -> frame.line() == line)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no frame: line=" + line));
  }

  private static CapturedFrame frame(int line, String text) {
    Matcher field = FRAME.matcher(text);
    if (!field.matches()) {
      throw new IllegalArgumentException("not a frame: text=" + text);
    }
    byte[] extras = HexFormat.of().parseHex(field.group(12));
    byte[] key = bytes(field.group(13));
    byte[] value = bytes(field.group(15));
    int keyLength = Integer.parseInt(field.group(5));
    int valueLength = Integer.parseInt(field.group(14));
    if (extras.length != Integer.parseInt(field.group(6))
        || key.length > keyLength
        || value.length > valueLength) {
      throw new IllegalArgumentException("lengths disagree: text=" + text);
    }
    Frame frame =
        new Frame(
            Integer.parseInt(field.group(3), 16),
            Integer.parseInt(field.group(4), 16),
            HexFormat.of().parseHex(field.group(7)),
            extras,
            Integer.parseInt(field.group(8), 16),
            Integer.parseInt(field.group(10)),
            0,
            Long.parseUnsignedLong(field.group(11), 16),
            key,
            value);
    int connection = Integer.parseInt(field.group(2));
    return new CapturedFrame(line, side(field.group(1)), connection, frame, keyLength, valueLength);
  }

  private static FrameKind kind(Matcher count) {
    String status = count.group(8);
    return new FrameKind(
        side(count.group(1)),
        Integer.parseInt(count.group(2)),
        Integer.parseInt(count.group(3)),
        Integer.parseInt(count.group(4)),
        Integer.parseInt(count.group(5)),
        Integer.parseInt(count.group(6)),
        count.group(7).equals("True"),
        status.equals("None") ? null : Integer.valueOf(status),
        count.group(9).equals("True"));
  }

  private static CapturedFrame.Side side(String letter) {
    return letter.equals("C") ? CapturedFrame.Side.CLIENT : CapturedFrame.Side.SERVER;
  }

  /** The bytes of a Python literal, or of hex digits. */
  static byte[] bytes(String text) {
    if (!text.startsWith("b'") && !text.startsWith("b\"")) {
      return HexFormat.of().parseHex(text);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 2; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        bytes.write(c);
        continue;
      }
      char escape = text.charAt(++i);
      switch (escape) {
        case 'x' -> {
          bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
          i += 2;
        }
        case 'n' -> bytes.write('\n');
        case 'r' -> bytes.write('\r');
        case 't' -> bytes.write('\t');
        case '\\', '\'', '"' -> bytes.write(escape);
        default -> throw new IllegalArgumentException("escape=" + escape);
      }
    }
    return bytes.toByteArray();
  }
}
