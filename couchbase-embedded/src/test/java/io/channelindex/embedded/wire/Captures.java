package io.channelindex.embedded.wire;

import io.channelindex.embedded.protocol.Opcode;
import io.channelindex.embedded.wire.Amendment.Eventually;
import io.channelindex.embedded.wire.Amendment.LeftOut;
import io.channelindex.embedded.wire.Amendment.MissingAnswer;
import io.channelindex.embedded.wire.Amendment.MissingRequest;
import io.channelindex.embedded.wire.Amendment.UnprintedRequest;
import io.channelindex.embedded.wire.Amendment.UnprintedRequest.Place;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The seven captures, and what each of them leaves out. */
final class Captures {
  static final String JAVA_7 = "java-client-3.12.1-to-7.6.12.log";
  static final String JAVA_6 = "java-client-3.12.1-to-6.0.5.log";
  static final String JAVA_XATTR = "java-client-xattr-documents-to-7.6.12.log";
  static final String DCP_7 = "dcp-client-0.56.0-to-7.6.12.log";
  static final String DCP_6 = "dcp-client-0.56.0-to-6.0.5.log";
  static final String DCP_XATTR = "dcp-client-xattr-rollback-to-7.6.12.log";
  static final String DCP_CRASH = "dcp-client-after-crash-to-7.6.12.log";

  private static final String REPEATED = "a repetition that the capture left out";
  private static final String BULK = "one of 600 writes of the bulk";
  private static final int BULK_DOCUMENTS = 200;
  private static final int BULK_ROUNDS = 3;

  private Captures() {}

  /**
   * Amendments of {@link #JAVA_7}. Which writes are missing follows from the seqnos in the capture
   * of the DCP client that came after it.
   */
  static List<Amendment> ofJava7() {
    DocumentKey k1 = DocumentKey.of("k1");
    Frame nope = Frame.request(Opcode.COLLECTIONS_GET_ID).withValue("s1.nope");
    // Vbucket 7 has one write more than the printed ones explain: a document of s1.c1.
    DocumentKey inCollection = new DocumentKey(8, "ck1");
    List<Amendment> amendments =
        new ArrayList<>(
            List.of(
                new MissingRequest(59, get(DocumentKey.of("bin")), REPEATED),
                new MissingRequest(
                    78,
                    Frame.request(Opcode.SUBDOC_MULTI_LOOKUP)
                        .withDocument(k1)
                        .withValue(HexFormat.of().parseHex("c50400066d6574612e78c500000162")),
                    REPEATED),
                new MissingAnswer(83, "stored, then observed at line 84"),
                new MissingAnswer(86, "stored with its expiry preserved, seen in the DCP capture"),
                new UnprintedRequest(
                    87,
                    Place.BEFORE,
                    set(DocumentKey.of("k2"), "\"v\""),
                    "seen in the DCP capture"),
                new UnprintedRequest(
                    87, Place.BEFORE, set(DocumentKey.of("del1"), "\"v\""), "deleted at line 87"),
                new UnprintedRequest(
                    91, Place.BEFORE, set(inCollection, "\"v\""), "read at line 91"),
                new MissingRequest(91, get(inCollection), REPEATED),
                new MissingRequest(96, nope, REPEATED)));
    amendments.addAll(bulk(JAVA_7, 99, 101));
    return amendments;
  }

  /** Amendments of {@link #JAVA_6}. */
  static List<Amendment> ofJava6() {
    List<Amendment> amendments =
        new ArrayList<>(
            List.of(
                new MissingRequest(29, Frame.request(Opcode.GET_CLUSTER_CONFIG), REPEATED),
                new MissingRequest(56, get(DocumentKey.plain("bin")), REPEATED),
                new UnprintedRequest(
                    81,
                    Place.BEFORE,
                    set(DocumentKey.plain("k2"), "\"v\""),
                    "seen in the DCP capture"),
                new UnprintedRequest(
                    81,
                    Place.BEFORE,
                    set(DocumentKey.plain("del1"), "\"v\""),
                    "deleted at line 81")));
    amendments.addAll(bulk(JAVA_6, 85, 88));
    amendments.add(
        new MissingRequest(88, get(DocumentKey.plain("bulk0")), "one of 600 reads of the bulk"));
    return amendments;
  }

  /** Amendments of {@link #JAVA_XATTR}. */
  static List<Amendment> ofJavaXattr() {
    return List.of(new Eventually(69, "expires some time after one second"));
  }

  /** Amendments of {@link #DCP_7}: it counts five controls and prints two. */
  static List<Amendment> ofDcp7() {
    return List.of(
        control(20, "connection_buffer_size", "16777216"),
        control(20, "set_noop_interval", "120"),
        control(20, "enable_noop", "true"));
  }

  /** Amendments of {@link #DCP_6}: it counts four controls and prints two. */
  static List<Amendment> ofDcp6() {
    String reason = "one of 10,000 documents of earlier runs, older than any known seqno";
    return List.of(
        control(20, "set_noop_interval", "120"),
        control(20, "enable_noop", "true"),
        new LeftOut(35, reason),
        new LeftOut(36, reason));
  }

  static Conversation conversation(String name, List<Amendment> amendments) {
    return Conversation.of(CaptureLog.read(name), amendments);
  }

  private static Amendment control(int line, String name, String value) {
    Frame control = Frame.request(Opcode.DCP_CONTROL).withKey(name).withValue(value);
    return new UnprintedRequest(
        line, Place.BEHIND, control, "counted, and printed in the other captures of this client");
  }

  static Frame get(DocumentKey key) {
    return Frame.request(Opcode.GET).withDocument(key);
  }

  /** Stores JSON with the flags that the Java client gives it. */
  static Frame set(DocumentKey key, String json) {
    return Frame.request(Opcode.SET)
        .withDocument(key)
        .withExtras("0200000000000000")
        .withValue(json);
  }

  /**
   * The bulk load: three rounds of writing and reading 200 documents. The captures print the first
   * three writes, at {@code line} and the two behind it.
   *
   * @param endOfRound line behind which the second round begins
   */
  private static List<Amendment> bulk(String capture, int line, int endOfRound) {
    List<Amendment> amendments = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      amendments.add(new MissingAnswer(line + i, BULK));
    }
    Frame printed = CaptureLog.read(capture).at(line).frame();
    int collection = printed.key()[0] == 0 ? 0 : DocumentKey.NO_COLLECTIONS;
    for (int round = 0; round < BULK_ROUNDS; round++) {
      byte[] value = printed.value().clone();
      value[value.length - 2] = (byte) ('0' + round);
      for (int i = round == 0 ? 3 : 0; i < BULK_DOCUMENTS; i++) {
        Frame write =
            printed.withDocument(new DocumentKey(collection, "bulk" + i)).withValue(value);
        amendments.add(
            new UnprintedRequest(round == 0 ? line + 2 : endOfRound, Place.BEHIND, write, BULK));
      }
    }
    return amendments;
  }
}
