package io.channelindex.storage.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CompressionsTest {
  private final Compressions compressions = new Compressions();

  @Property(tries = 300)
  void whateverIsCompressedComesBack(
      @ForAll BlockCompression compression,
      @ForAll @Size(max = 3_000) byte[] payload,
      @ForAll @IntRange(max = 9) int at) {
    assertComesBack(compressions, compression, payload, at);
    Arrays.fill(payload, (byte) 7);
    assertComesBack(compressions, compression, payload, at);
  }

  @Property(tries = 500)
  void whatNoCompressorWroteIsRefused(
      @ForAll BlockCompression compression, @ForAll @Size(max = 200) byte[] stored) {
    byte[] target = new byte[100];
    try {
      compressions.decompress(compression, stored, 0, stored.length, target, 0);
    } catch (IllegalArgumentException | UnknownDictionaryException refused) {
      return;
    }
    // Rare, but then it is a block of a hundred bytes.
    assertThat(compressed(compressions, compression, target)).isNotEmpty();
  }

  @Test
  void anotherLengthThanAnnouncedIsRefused() {
    byte[] payload = payload(1);
    for (BlockCompression compression : BlockCompression.values()) {
      byte[] stored = compressed(compressions, compression, payload);
      for (int length : new int[] {0, payload.length - 1, payload.length + 1}) {
        assertThatThrownBy(
                () ->
                    compressions.decompress(
                        compression, stored, 0, stored.length, new byte[length], 0))
            .as("%s, %d", compression, length)
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void namesAndNumbersAreStable() {
    assertThat(BlockCompression.values())
        .extracting(BlockCompression::stableName)
        .containsExactly("none", "lz4", "snappy", "zstd", "zstd-dictionary");
    for (BlockCompression compression : BlockCompression.values()) {
      assertThat(BlockCompression.named(compression.stableName())).isSameAs(compression);
      assertThat(BlockCompression.ofId(compression.id())).isSameAs(compression);
      assertThat(compressions.compressor(compression).compression()).isSameAs(compression);
    }
    assertThatThrownBy(() -> BlockCompression.named("gzip"))
        .hasMessageContaining("compression=gzip")
        .hasMessageContaining("zstd-dictionary");
  }

  @Test
  void theNewestDictionaryIsUsedAndAllAreRead() {
    byte[] payload = payload(99);
    byte[] without = compressed(compressions, BlockCompression.ZSTD_DICTIONARY, payload);
    compressions.add(new Dictionary(200, trained(1)));
    byte[] second = compressed(compressions, BlockCompression.ZSTD_DICTIONARY, payload);
    compressions.add(new Dictionary(3, trained(2)));

    assertThat(compressions.newestDictionary()).isEqualTo(200);
    assertThat(compressed(compressions, BlockCompression.ZSTD_DICTIONARY, payload))
        .isEqualTo(second);
    assertThat(second.length).isLessThan(without.length / 2);
    for (byte[] stored : List.of(without, second)) {
      byte[] target = new byte[payload.length];
      compressions.decompress(
          BlockCompression.ZSTD_DICTIONARY, stored, 0, stored.length, target, 0);
      assertThat(target).isEqualTo(payload);
    }
    assertThatThrownBy(
            () ->
                new Compressions()
                    .decompress(
                        BlockCompression.ZSTD_DICTIONARY,
                        second,
                        0,
                        second.length,
                        new byte[payload.length],
                        0))
        .isInstanceOfSatisfying(
            UnknownDictionaryException.class,
            unknown -> assertThat(unknown.version()).isEqualTo(200));
  }

  @Test
  void versionsHaveOneForm() {
    byte[] bytes = new byte[Versions.MAX_BYTES];
    for (int version : new int[] {0, 1, 127, 128, 16_383, 16_384, Versions.MAX}) {
      int size = Versions.write(version, bytes, 0);
      assertThat(Versions.read(bytes, 0, size)).isEqualTo(version);
      assertThatThrownBy(() -> Versions.read(bytes, 0, size - 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Versions.read(new byte[] {(byte) 0x80, 0}, 0, 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Dictionary(0, bytes)).hasMessageContaining("version=0");
    assertThatThrownBy(() -> new Dictionary(Versions.MAX + 1, bytes))
        .hasMessageContaining("max=" + Versions.MAX);
  }

  @Test
  void manyThreadsCompressAtATime() throws Exception {
    compressions.add(new Dictionary(1, trained(1)));
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<? extends Future<?>> done =
          IntStream.range(0, 64)
              .mapToObj(
                  seed ->
                      threads.submit(
                          () -> {
                            for (int i = 0; i < 50; i++) {
                              for (BlockCompression compression : BlockCompression.values()) {
                                assertComesBack(compressions, compression, payload(seed + i), 3);
                              }
                            }
                          }))
              .toList();
      for (Future<?> future : done) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void trainsOnlyWhatPays() {
    DictionaryTrainer few = new DictionaryTrainer(1);
    DictionaryTrainer random = new DictionaryTrainer(1);
    DictionaryTrainer alike = new DictionaryTrainer(1);
    Random source = new Random(3);
    for (int i = 0; i < 5_000; i++) {
      byte[] noise = new byte[300];
      source.nextBytes(noise);
      random.offer(noise, 0, noise.length);
      alike.offer(payload(i), 0, payload(i).length);
      if (i < DictionaryTrainer.LEAST_SAMPLES - 1) {
        few.offer(payload(i), 0, payload(i).length);
      }
    }

    assertThat(few.train()).isEmpty();
    assertThat(random.train()).isEmpty();
    assertThat(alike.offered()).isEqualTo(5_000);
    assertThat(alike.train())
        .hasValueSatisfying(
            content ->
                assertThat(content.length).isBetween(256, DictionaryTrainer.DICTIONARY_BYTES));
  }

  @Test
  void whatDoesNotPayIsTriedAgainWhenTwiceAsMuchWasShown() {
    List<ZstdCodec> opened = new ArrayList<>();
    DictionaryTrainer trainer =
        new DictionaryTrainer(
            1,
            () -> noted(opened, new ZstdCodec()),
            dictionary -> noted(opened, new ZstdCodec(dictionary)));
    Random source = new Random(3);
    byte[] payload = new byte[300];
    for (int tick = 1; tick <= 100; tick++) {
      for (int i = 0; i < DictionaryTrainer.LEAST_SAMPLES; i++) {
        source.nextBytes(payload);
        trainer.offer(payload, 0, payload.length);
      }
      assertThat(trainer.train()).isEmpty();
    }
    assertThat(opened).as("two for each try: after 1, 2, 4 … 64 ticks").hasSize(2 * 7);
    assertThat(opened).extracting(ZstdCodec::openContexts).containsOnly(0);
    assertThat(trainer.hasGivenUp()).isFalse();
  }

  @Test
  void trainingGivesUp() {
    DictionaryTrainer trainer = new DictionaryTrainer(1);
    byte[] nothing = new byte[0];
    for (int tries = 1; tries <= DictionaryTrainer.MAX_REFUSALS; tries++) {
      assertThat(trainer.hasGivenUp()).isFalse();
      long due = (long) DictionaryTrainer.LEAST_SAMPLES << (tries - 1);
      while (trainer.offered() < due) {
        trainer.offer(nothing, 0, 0);
      }
      assertThat(trainer.train()).isEmpty();
    }
    assertThat(trainer.hasGivenUp()).isTrue();
  }

  private static ZstdCodec noted(List<ZstdCodec> opened, ZstdCodec codec) {
    opened.add(codec);
    return codec;
  }

  static byte[] trained(long seed) {
    DictionaryTrainer trainer = new DictionaryTrainer(seed);
    for (int i = 0; i < 1_000; i++) {
      byte[] payload = payload(i * 31 + (int) seed);
      trainer.offer(payload, 0, payload.length);
    }
    return trainer.train().orElseThrow();
  }

  /** A few hundred bytes, half of them what all have in common. */
  static byte[] payload(int seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      text.append("customer::").append(random.nextInt(1_000)).append("::shopping-cart/");
      text.append(random.nextBoolean() ? "delivered" : "awaiting-payment");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] compressed(
      Compressions compressions, BlockCompression compression, byte[] payload) {
    Compressor compressor = compressions.compressor(compression);
    byte[] target = new byte[compressor.bound(payload.length)];
    return Arrays.copyOf(target, compressor.compress(payload, 0, payload.length, target, 0));
  }

  private static void assertComesBack(
      Compressions compressions, BlockCompression compression, byte[] payload, int at) {
    Compressor compressor = compressions.compressor(compression);
    byte[] raw = new byte[payload.length + at];
    System.arraycopy(payload, 0, raw, at, payload.length);
    byte[] stored = new byte[at + compressor.bound(payload.length)];
    int length = compressor.compress(raw, at, payload.length, stored, at);
    byte[] target = new byte[raw.length];
    compressions.decompress(compression, stored, at, length, target, at);
    assertThat(target).as("%s", compression).isEqualTo(raw);
  }
}
