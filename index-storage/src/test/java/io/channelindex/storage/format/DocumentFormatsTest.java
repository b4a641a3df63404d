package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.channelindex.storage.Placement;
import io.channelindex.storage.format.ChannelHead.ActiveState;
import io.channelindex.storage.format.UnreadableDocumentException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every format has to do, whatever it holds. */
class DocumentFormatsTest {
  private static final int FORMAT = 2;
  private static final int VERSION = 3;
  private static final int CHECKSUM = 4;
  private static final int PAYLOAD = 8;

  @ParameterizedTest
  @EnumSource
  void writesTheGoldenBytesAndReadsThem(Samples sample) throws IOException {
    String expected = golden(sample, sample.format.newestVersion());

    assertThat(HexFormat.of().formatHex(sample.document())).isEqualTo(expected);
    Object read = sample.decode(HexFormat.of().parseHex(expected));
    assertThat(Samples.encode(read)).isEqualTo(sample.document());
  }

  private static String golden(Samples sample, int version) throws IOException {
    return golden(sample.name().toLowerCase(Locale.ROOT), version);
  }

  private static String golden(String key, int version) throws IOException {
    Properties golden = new Properties();
    String name = "golden-v" + version + ".properties";
    try (InputStream file = DocumentFormatsTest.class.getResourceAsStream(name)) {
      golden.load(file);
    }
    return golden.getProperty(key);
  }

  @Test
  void aHeadFromBeforeCompactionIsOneOfNone() throws IOException {
    assertThat(oldHead(1)).isEqualTo(head(ActiveState.STORED, ChannelHead.Compacted.none(3)));
  }

  @Test
  void aHeadThatDoesNotSpeakOfItsActiveBlockIsTakenByItsClock() throws IOException {
    assertThat(oldHead(2)).isEqualTo(Samples.CHANNEL_HEAD.decode(Samples.CHANNEL_HEAD.document()));
    byte[] covered = HexFormat.of().parseHex(golden("channel_head_covered", 2));
    assertThat(((ChannelHead) Samples.CHANNEL_HEAD.decode(covered)).activeState())
        .isEqualTo(ActiveState.NOT_STORED);
  }

  @Test
  void aSequenceDocumentThatDoesNotSayWhoNeedsItIsNeededByNobody() throws IOException {
    byte[] old = HexFormat.of().parseHex(golden(Samples.SEQUENCE, 1));
    assertThat(Samples.SEQUENCE.decode(old)).isEqualTo(new SequenceDocument("doc-1", "1-00ff", 0));
  }

  private static Object oldHead(int version) throws IOException {
    return Samples.CHANNEL_HEAD.decode(
        HexFormat.of().parseHex(golden(Samples.CHANNEL_HEAD, version)));
  }

  /** The sample with another state. */
  private static ChannelHead head(ActiveState state, ChannelHead.Compacted compacted) {
    ChannelHead sample = (ChannelHead) Samples.CHANNEL_HEAD.decode(Samples.CHANNEL_HEAD.document());
    return new ChannelHead(
        sample.channel(),
        sample.partition(),
        sample.firstVbucket(),
        sample.epoch(),
        sample.clock(),
        sample.pages(),
        sample.closed(),
        sample.active(),
        state,
        compacted);
  }

  @Test
  void settingsFromBeforePlacementsSpreadChannels() throws IOException {
    byte[] old = HexFormat.of().parseHex(golden(Samples.SETTINGS, 1));

    assertThat(Samples.SETTINGS.decode(old))
        .isEqualTo(
            new SettingsDocument(
                0x0123456789abcdefL, 1024, 64, "dense", Placement.SPREAD, 1_700_000_000_000L));
  }

  @ParameterizedTest
  @EnumSource
  void everyDamagedByteIsCorrupt(Samples sample) {
    for (int at = 0; at < sample.document().length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = sample.document();
        damaged[at] ^= (byte) (1 << bit);
        assertUnreadable(sample, damaged, Reason.CORRUPT);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyTruncationIsCorruptEvenWithARightChecksum(Samples sample) {
    byte[] document = sample.document();
    for (int length = 0; length < document.length; length++) {
      byte[] truncated = Arrays.copyOf(document, length);
      assertUnreadable(sample, truncated, Reason.CORRUPT);
      if (length >= PAYLOAD) {
        assertUnreadable(sample, reseal(truncated), Reason.CORRUPT);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytesLeftOverAreCorrupt(Samples sample) {
    byte[] document = sample.document();

    byte[] longer = reseal(Arrays.copyOf(document, document.length + 1));

    assertUnreadable(sample, longer, Reason.CORRUPT);
  }

  @ParameterizedTest
  @EnumSource
  void anotherKindIsOther(Samples sample) {
    for (Samples foreign : Samples.values()) {
      if (foreign.format != sample.format) {
        assertUnreadable(sample, foreign.document(), Reason.OTHER);
      }
    }
    byte[] unknown = sample.document();
    unknown[FORMAT] = (byte) 200;
    assertUnreadable(sample, reseal(unknown), Reason.OTHER);
  }

  @ParameterizedTest
  @EnumSource
  void versionsOutOfRangeAreToldApart(Samples sample) {
    byte[] old = sample.document();
    old[VERSION] = 0;
    byte[] next = sample.document();
    next[VERSION]++;

    assertUnreadable(sample, reseal(old), Reason.TOO_OLD);
    assertUnreadable(sample, reseal(next), Reason.TOO_NEW);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "CHANNEL_HEAD",
        "DIRECTORY_PAGE",
        "DENSE_BLOCK",
        "LOG_FRAMES",
        "COLUMN_BLOCK",
        "HYBRID_BLOCK",
        "BIT_FLAG_BLOCK"
      })
  void anotherChannelsDocumentIsOther(Samples sample) {
    byte[] document = sample.document();
    int name = indexOf(document, "news");
    document[name] = 'N';

    assertUnreadable(sample, reseal(document), Reason.OTHER);
  }

  /** Right checksums over random changes: what a faulty writer might leave. */
  @ParameterizedTest
  @EnumSource
  void neverFailsInAnyOtherWayThanUnreadable(Samples sample) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] document = sample.document();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        int at = PAYLOAD + random.nextInt(document.length - PAYLOAD);
        document[at] = (byte) (random.nextBoolean() ? random.nextInt() : 0xff);
      }
      byte[] sealed = reseal(document);
      Throwable failure = catchThrowable(() -> sample.decode(sealed));
      if (failure != null) {
        assertThat(failure)
            .as("seed=%d, document=%s", seed, HexFormat.of().formatHex(sealed))
            .isInstanceOf(UnreadableDocumentException.class);
      }
    }
  }

  private static void assertUnreadable(Samples sample, byte[] document, Reason reason) {
    assertThatThrownBy(() -> sample.decode(document))
        .as("document=%s", HexFormat.of().formatHex(document))
        .isInstanceOfSatisfying(
            UnreadableDocumentException.class,
            unreadable -> assertThat(unreadable.reason()).isEqualTo(reason))
        .hasMessageContaining("key=db:key")
        .hasMessageContaining("reason=" + reason)
        .hasMessageContaining("expected=" + sample.format);
  }

  static byte[] reseal(byte[] document) {
    CRC32C crc = new CRC32C();
    crc.update(document, 0, CHECKSUM);
    crc.update(document, PAYLOAD, document.length - PAYLOAD);
    for (int i = 0; i < 4; i++) {
      document[CHECKSUM + i] = (byte) (crc.getValue() >>> (24 - 8 * i));
    }
    return document;
  }

  private static int indexOf(byte[] document, String text) {
    return new String(document, StandardCharsets.ISO_8859_1).indexOf(text);
  }
}
