package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.compress.UnknownDictionaryException;
import io.channelindex.storage.format.LogFrames.Place;
import io.channelindex.storage.format.UnreadableDocumentException.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class CompressedDocumentsTest {
  private static final Compressions COMPRESSIONS = new Compressions();
  private static final String CHANNEL = "a channel";
  private static final int VERSION = 3;

  /** The formats that can be compressed. */
  private enum Format {
    DENSE {
      @Override
      byte[] encode(List<Entry> entries, Compressor compressor) {
        DenseBlockBuilder builder = new DenseBlockBuilder(CHANNEL, 1);
        entries.forEach(builder::add);
        return builder.encode(compressor);
      }

      @Override
      List<Entry> decode(byte[] document) {
        return DenseBlock.decode("key", CHANNEL, document, COMPRESSIONS).entries();
      }
    },
    LOG {
      @Override
      byte[] encode(List<Entry> entries, Compressor compressor) {
        return LogFrames.encode(CHANNEL, 1, entries, Place.FIRST, compressor);
      }

      @Override
      List<Entry> decode(byte[] document) {
        return LogFrames.decode("key", CHANNEL, document, COMPRESSIONS);
      }
    },
    COLUMNS {
      @Override
      byte[] encode(List<Entry> entries, Compressor compressor) {
        return ColumnBlock.encode(CHANNEL, 1, entries, Revisions.ALL, compressor);
      }

      @Override
      List<Entry> decode(byte[] document) {
        return ColumnBlock.decode("key", CHANNEL, document, COMPRESSIONS);
      }
    };

    abstract byte[] encode(List<Entry> entries, Compressor compressor);

    abstract List<Entry> decode(byte[] document);
  }

  /** Entries in which every compression finds something in any format. */
  private static List<Entry> compressible() {
    return IntStream.rangeClosed(1, 300)
        .mapToObj(
            i ->
                new Entry(
                    "a-word-" + "x".repeat(i % 40) + "y".repeat(i % 70),
                    "revision " + "z".repeat(i % 30 + 1),
                    i % 3,
                    i,
                    5,
                    EntryState.ACTIVE))
        .toList();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void everyFormatComesBackFromEveryCompression(BlockCompression compression) {
    Compressor compressor = COMPRESSIONS.compressor(compression);
    for (Format format : Format.values()) {
      byte[] plain = format.encode(compressible(), Compressor.NONE);
      byte[] compressed = format.encode(compressible(), compressor);

      assertThat(compressed.length).as("%s", format).isLessThan(plain.length * 15 / 16);
      assertThat(compressed[VERSION]).isEqualTo((byte) (compression.id() << 4 | 1));
      assertThat(plain[VERSION]).isEqualTo((byte) 1);
      assertThat(format.decode(compressed)).isEqualTo(compressible());
      assertThat(format.decode(plain)).isEqualTo(compressible());
    }
  }

  /** Digests are random, and there is little else: the document is as if nothing was asked for. */
  @ParameterizedTest
  @EnumSource
  void whatDoesNotPayIsLeftOut(BlockCompression compression) {
    Compressor compressor = COMPRESSIONS.compressor(compression);
    List<Entry> usual = Entries.usual(1_000, 1);

    assertThat(Format.COLUMNS.encode(usual, compressor))
        .isEqualTo(Format.COLUMNS.encode(usual, Compressor.NONE));
    for (Format format : List.of(Format.DENSE, Format.LOG)) {
      List<Entry> one = usual.subList(0, 1);
      assertThat(format.encode(one, compressor)).isEqualTo(format.encode(one, Compressor.NONE));
    }
  }

  @Test
  void framesOfAllCompressionsMakeOneDocument() {
    byte[] document = LogFrames.encode(CHANNEL, 1, compressible(), Place.FIRST, Compressor.NONE);
    for (BlockCompression compression : BlockCompression.values()) {
      byte[] frame =
          LogFrames.encode(
              CHANNEL, 2, compressible(), Place.NEXT, COMPRESSIONS.compressor(compression));
      int length = document.length;
      document = Arrays.copyOf(document, length + frame.length);
      System.arraycopy(frame, 0, document, length, frame.length);
    }

    assertThat(LogFrames.decode("key", CHANNEL, document, COMPRESSIONS))
        .hasSize(6 * compressible().size());
  }

  @Test
  void anUnknownCompressionIsTooNewAndSoIsAnyToOldReaders() {
    for (Format format : Format.values()) {
      byte[] unknown = format.encode(compressible(), Compressor.NONE);
      unknown[VERSION] = 0x71;
      assertUnreadable(format, DocumentFormatsTest.reseal(unknown), Reason.TOO_NEW);
    }
    byte[] head = ClockDocument.encode(new byte[] {1});
    head[VERSION] = 0x11;
    assertThatThrownBy(() -> ClockDocument.decode("key", DocumentFormatsTest.reseal(head)))
        .isInstanceOfSatisfying(
            UnreadableDocumentException.class,
            unreadable -> assertThat(unreadable.reason()).isEqualTo(Reason.TOO_NEW));
  }

  /** A length that nobody can have written is refused before anything is allocated for it. */
  @Test
  void aSizeBombIsCorrupt() {
    PayloadWriter payload = PayloadWriter.ofDocument(16);
    payload.varint(PayloadReader.MAX_DECOMPRESSED_BYTES + 1L).octet(0);
    byte[] document = payload.seal(DocumentFormat.COLUMN_BLOCK);
    for (int compression = 1; compression < BlockCompression.count(); compression++) {
      document[VERSION] = (byte) (compression << 4 | 1);
      assertUnreadable(Format.COLUMNS, DocumentFormatsTest.reseal(document), Reason.CORRUPT);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void damageIsCorruptWhateverTheChecksum(BlockCompression compression) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Compressor compressor = COMPRESSIONS.compressor(compression);
    for (Format format : Format.values()) {
      byte[] whole = format.encode(compressible(), compressor);
      for (int round = 0; round < 2_000; round++) {
        byte[] damaged = whole.clone();
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
        if (!Arrays.equals(damaged, 0, 2, whole, 0, 2) || round % 2 == 0) {
          assertUnreadable(format, damaged, Reason.CORRUPT);
        } else {
          readsOrRefuses(format, DocumentFormatsTest.reseal(damaged), seed);
        }
      }
    }
  }

  private static void readsOrRefuses(Format format, byte[] document, long seed) {
    try {
      assertThat(format.decode(document)).isNotNull();
    } catch (UnreadableDocumentException e) {
      assertThat(e).as("seed=%d", seed).hasMessageContaining("key=key");
    } catch (UnknownDictionaryException e) {
      assertThat(e.version()).as("seed=%d", seed).isPositive();
    }
  }

  private static void assertUnreadable(Format format, byte[] document, Reason reason) {
    assertThatThrownBy(() -> format.decode(document))
        .isInstanceOfSatisfying(
            UnreadableDocumentException.class,
            unreadable -> assertThat(unreadable.reason()).isEqualTo(reason));
  }
}
