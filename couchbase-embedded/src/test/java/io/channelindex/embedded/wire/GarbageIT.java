package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Status;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever one connection sends, another one works on. */
@Authority(value = Authority.Kind.OWN, where = "whoever sends garbage hurts nobody else")
class GarbageIT {
  private static final DocumentKey WITNESS = DocumentKey.of("witness");

  private static TestNode node;
  private static WireClient bystander;

  @BeforeContainer
  static void start() {
    node = TestNode.start();
    bystander = node.open();
    bystander.call(Captures.set(WITNESS, "{\"seen\":1}"));
  }

  @AfterContainer
  static void stop() {
    bystander.close();
    node.close();
  }

  @Property(tries = 200)
  void randomBytes(@ForAll @Size(max = 300) byte[] garbage) {
    try (WireClient client = node.connect()) {
      sendIgnoringResets(client, garbage);

      assertUndisturbed();
    }
  }

  /** Whole frames with random content, behind a login: they reach the commands themselves. */
  @Property(tries = 500)
  void randomFrames(
      @ForAll @IntRange(max = 0xff) int opcode,
      @ForAll @IntRange(max = 70) int vbucket,
      @ForAll @IntRange(max = 0xff) int datatype,
      @ForAll long cas,
      @ForAll @Size(max = 50) byte[] extras,
      @ForAll @Size(max = 40) byte[] key,
      @ForAll @Size(max = 60) byte[] value) {
    Frame frame =
        new Frame(0x80, opcode, Frame.NONE, extras, datatype, vbucket, 7, cas, key, value);
    try (WireClient client = node.open()) {
      sendIgnoringResets(client, frame.encode());

      assertUndisturbed();
    }
  }

  /** A frame that was right before one bit of it flipped. */
  @Property(tries = 300)
  void aFlippedBit(@ForAll @IntRange(max = 43 * 8 - 1) int bit) {
    byte[] frame = Captures.set(DocumentKey.of("flipped"), "{\"a\":1}").encode();
    int position = bit / 8 % frame.length;
    frame[position] ^= (byte) (1 << bit % 8);
    try (WireClient client = node.open()) {
      sendIgnoringResets(client, frame);

      assertUndisturbed();
    }
  }

  /** A multi-lookup whose specs are random behind a valid beginning. */
  @Property(tries = 300)
  void randomPaths(@ForAll @IntRange(max = 0xff) int flags, @ForAll @Size(max = 60) byte[] path) {
    byte[] spec =
        ByteBuffer.allocate(4 + path.length)
            .put((byte) 0xc5)
            .put((byte) flags)
            .putShort((short) path.length)
            .put(path)
            .array();
    Frame answer = bystander.call(Subdoc.lookup(WITNESS).frame().withValue(spec));

    assertThat(answer.status()).isNotEqualTo(Status.EINTERNAL.code());
    assertUndisturbed();
  }

  private static void sendIgnoringResets(WireClient client, byte[] bytes) {
    try {
      client.sendRaw(bytes);
    } catch (UncheckedIOException closedAlready) {
      // Being thrown out is one of the right answers.
      assertUndisturbed();
    }
  }

  private static void assertUndisturbed() {
    Frame got = bystander.call(Captures.get(WITNESS));
    assertThat(got.has(Status.SUCCESS)).as("answer %s", got).isTrue();
    assertThat(got.text()).isEqualTo("{\"seen\":1}");
  }
}
