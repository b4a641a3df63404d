package io.channelindex.embedded.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.wire.BinaryLayout.Part;
import io.channelindex.embedded.wire.JsonComparison.Disagreement;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** Compares frames of the node with captured ones, field by field, in the numbers of this run. */
final class Comparison {
  private static final long NANOS = 1_000_000_000L;

  private final String capture;
  private final Correspondence numbers;
  private final ManifestUids uids;
  private final NodeAddress node;
  private final TextTokens tokens;
  private final List<Difference> differences = new ArrayList<>();

  Comparison(String capture, Correspondence numbers, ManifestUids uids, NodeAddress node) {
    this.capture = capture;
    this.numbers = numbers;
    this.uids = uids;
    this.node = node;
    this.tokens = new TextTokens(numbers);
  }

  /** Everything found so far, in the order in which it was found. */
  List<Difference> differences() {
    return differences;
  }

  void report(int line, int opcode, String field, String expected, String actual) {
    differences.add(new Difference(capture, line, opcode, field, expected, actual));
  }

  /**
   * Compares one frame.
   *
   * @param vbucket what the sequence numbers and histories in the frame belong to
   */
  void compare(CapturedFrame captured, Frame actual, int vbucket) {
    Frame expected = captured.frame();
    check(captured, "magic", hex(expected.magic()), hex(actual.magic()));
    check(captured, "opcode", hex(expected.opcode()), hex(actual.opcode()));
    check(
        captured,
        expected.isServerSent() ? "vbucket" : "status",
        Integer.toString(expected.vbucketOrStatus()),
        Integer.toString(actual.vbucketOrStatus()));
    // The server's own time is the only framing extra, and nobody can foretell it.
    check(captured, "framing", framing(expected), framing(actual));
    check(captured, "datatype", hex(expected.datatype()), hex(actual.datatype()));
    long cas = numbers.expectedCas(expected.cas(), actual.cas());
    check(captured, "cas", Long.toHexString(cas), Long.toHexString(actual.cas()));
    check(captured, "key", Frame.printable(expected.key()), Frame.printable(actual.key()));
    Values extras = new Values("extras", captured, actual, vbucket);
    extras.compare(BinaryLayout.ofExtras(expected), expected.extras(), actual.extras());
    compareValue(captured, actual, vbucket);
  }

  private void compareValue(CapturedFrame captured, Frame actual, int vbucket) {
    Frame expected = captured.frame();
    List<Part> layout = BinaryLayout.ofValue(expected);
    Opcode opcode = Opcode.of(expected.opcode());
    if (layout != null) {
      new Values("value", captured, actual, vbucket)
          .compare(layout, expected.value(), actual.value());
    } else if (opcode == null || expected.value().length == 0 || actual.value().length == 0) {
      check(captured, "value", expected.text(), actual.text());
    } else {
      switch (opcode) {
        case GET_ERROR_MAP -> json(captured, JsonComparison.errorMaps(expected, actual));
        case GET_CLUSTER_CONFIG -> json(captured, JsonComparison.configs(expected, actual, node));
        case COLLECTIONS_GET_ID, COLLECTIONS_GET_MANIFEST ->
            json(captured, JsonComparison.withManifestUid(expected, actual, uids));
        case SASL_AUTH, SASL_STEP -> compareSasl(captured, actual);
        default -> compareText(captured, actual, vbucket);
      }
    }
  }

  private void compareText(CapturedFrame captured, Frame actual, int vbucket) {
    Frame expected = captured.frame();
    byte[] seen =
        captured.valueIsCut() && actual.value().length > expected.value().length
            ? Arrays.copyOf(actual.value(), expected.value().length)
            : actual.value();
    byte[] here =
        tokens.expected(
            expected.value(), seen, vbucket, seconds(expected.cas()), seconds(actual.cas()));
    check(captured, "value", Frame.printable(here), Frame.printable(seen));
  }

  /** Nonces and proofs differ by design; the proof itself was verified by who sent the request. */
  private void compareSasl(CapturedFrame captured, Frame actual) {
    check(captured, "value", saslForm(captured.frame()), saslForm(actual));
  }

  private static String saslForm(Frame frame) {
    StringBuilder form = new StringBuilder();
    for (String attribute : frame.text().split(",", -1)) {
      String content = attribute.length() < 2 ? "" : attribute.substring(2);
      switch (attribute.isEmpty() ? '?' : attribute.charAt(0)) {
        case 'r' -> form.append("r=nonce ");
        case 's' -> form.append("s=bytes:").append(decodedLength(content)).append(' ');
        case 'v' -> form.append("v=bytes:").append(decodedLength(content)).append(' ');
        default -> form.append(attribute).append(' ');
      }
    }
    return form.toString();
  }

  private static int decodedLength(String base64) {
    return Base64.getDecoder().decode(base64).length;
  }

  private void json(CapturedFrame captured, List<Disagreement> disagreements) {
    for (Disagreement found : disagreements) {
      report(
          captured.line(),
          captured.frame().opcode(),
          "value." + found.path(),
          found.expected(),
          found.actual());
    }
  }

  private void check(CapturedFrame captured, String field, String expected, String actual) {
    if (!expected.equals(actual)) {
      report(captured.line(), captured.frame().opcode(), field, expected, actual);
    }
  }

  private static String framing(Frame frame) {
    return frame.framing().length == 0
        ? "none"
        : "first=" + hex(frame.framing()[0]) + " length=" + frame.framing().length;
  }

  private static String hex(int value) {
    return Integer.toHexString(value & 0xff);
  }

  private static long seconds(long cas) {
    return cas / NANOS;
  }

  /** Walks the parts of extras or of a binary value. */
  private final class Values {
    private final String field;
    private final CapturedFrame captured;
    private final Frame actualFrame;
    private int vbucket;

    Values(String field, CapturedFrame captured, Frame actualFrame, int vbucket) {
      this.field = field;
      this.captured = captured;
      this.actualFrame = actualFrame;
      this.vbucket = vbucket;
    }

    void compare(List<Part> parts, byte[] expected, byte[] actual) {
      if (expected.length != actual.length || BinaryLayout.length(parts) != expected.length) {
        HexFormat hex = HexFormat.of();
        check(captured, field, hex.formatHex(expected), hex.formatHex(actual));
        return;
      }
      int offset = 0;
      for (Part part : parts) {
        int end = offset + part.length();
        comparePart(
            part,
            Arrays.copyOfRange(expected, offset, end),
            Arrays.copyOfRange(actual, offset, end));
        offset = end;
      }
    }

    private void comparePart(Part part, byte[] expected, byte[] actual) {
      long seen = number(actual);
      if (part.kind() == BinaryLayout.Kind.VBUCKET) {
        vbucket = (int) number(expected);
      }
      long due =
          switch (part.kind()) {
            case EXACT -> seen;
            case VBUCKET -> number(expected);
            case VBUUID -> numbers.expectedVbuuid(vbucket, number(expected), seen);
            case SEQNO -> numbers.expectedSeqno(vbucket, number(expected), seen);
            case MANIFEST_UID -> manifestUid();
            case TIME -> expectedTime(number(expected), seen);
          };
      HexFormat hex = HexFormat.of();
      boolean exact = part.kind() == BinaryLayout.Kind.EXACT;
      check(
          captured,
          field + "." + part.name(),
          exact ? hex.formatHex(expected) : Long.toHexString(due),
          exact ? hex.formatHex(actual) : Long.toHexString(seen));
    }

    private long manifestUid() {
      String name = new String(captured.frame().key(), UTF_8);
      return name.isEmpty() ? Long.parseLong(uids.current(), 16) : uids.byName().get(name);
    }

    private long expectedTime(long expected, long seen) {
      long here = expected - seconds(captured.frame().cas()) + seconds(actualFrame.cas());
      return expected == 0 ? 0 : Math.abs(here - seen) <= 1 ? seen : here;
    }

    private static long number(byte[] bytes) {
      return new BigInteger(1, bytes).longValue();
    }
  }
}
