package io.channelindex.storage.compress;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Collects samples of payloads, and makes a dictionary of them.
 *
 * <p>What is kept is a random sample of all that was offered (Vitter's algorithm R, 1985), the
 * beginning of each: at most {@value #MAX_SAMPLES} times {@value #MAX_SAMPLE_BYTES} bytes. An offer
 * costs a copy of so many bytes as long as few were made, later hardly ever.
 *
 * <p>Thread-safe.
 */
public final class DictionaryTrainer {
  /** The most samples. */
  public static final int MAX_SAMPLES = 512;

  /** The most bytes of a sample: in what is longer, a dictionary saves little. */
  public static final int MAX_SAMPLE_BYTES = 8 << 10;

  /** The size of a dictionary: a hundredth of the samples, as the library advises. */
  public static final int DICTIONARY_BYTES = 32 << 10;

  /** The fewest samples of which one is made. */
  public static final int LEAST_SAMPLES = 64;

  // What has to be saved of what zstd without a dictionary leaves.
  private static final double LEAST_SAVING = 0.05;

  /** What never paid so often will not: the samples have doubled each time. */
  static final int MAX_REFUSALS = 12;

  private final Random random;
  private final Supplier<ZstdCodec> plain;
  private final Function<byte[], ZstdCodec> taught;
  private final byte[][] samples = new byte[MAX_SAMPLES][];
  private long offered;
  private long due = LEAST_SAMPLES;
  private int refusals;

  /**
   * Without a sample yet.
   *
   * @param seed of the choice
   */
  public DictionaryTrainer(long seed) {
    this(seed, ZstdCodec::new, ZstdCodec::new);
  }

  /**
   * Without a sample yet.
   *
   * @param plain codecs to compare with
   * @param taught codecs to try a dictionary with
   */
  DictionaryTrainer(long seed, Supplier<ZstdCodec> plain, Function<byte[], ZstdCodec> taught) {
    this.random = new Random(seed);
    this.plain = plain;
    this.taught = taught;
  }

  /** Shows a payload, which may or may not be kept. */
  public synchronized void offer(byte[] payload, int from, int length) {
    long place = offered < MAX_SAMPLES ? offered : (long) (random.nextDouble() * (offered + 1));
    offered++;
    if (place < MAX_SAMPLES) {
      int bytes = Math.min(length, MAX_SAMPLE_BYTES);
      samples[(int) place] = Arrays.copyOfRange(payload, from, from + bytes);
    }
  }

  /** How many payloads were shown. */
  public synchronized long offered() {
    return offered;
  }

  /** Whether it was tried so often that nothing more is made of what is shown. */
  public synchronized boolean hasGivenUp() {
    return refusals >= MAX_REFUSALS;
  }

  /**
   * Makes a dictionary: of one half of the samples, tried on the other. This takes a second or so.
   * If it does not pay, nothing is tried before twice as many payloads were shown.
   *
   * @return empty if there are too few samples, or a dictionary saves less than a twentieth
   */
  public Optional<byte[]> train() {
    long shown = offered();
    if (!isDue(shown)) {
      return Optional.empty();
    }
    Optional<byte[]> made = make(samples());
    if (made.isEmpty()) {
      refused(shown);
    }
    return made;
  }

  private synchronized boolean isDue(long shown) {
    return shown >= due && refusals < MAX_REFUSALS;
  }

  private synchronized void refused(long shown) {
    due = 2 * shown;
    refusals++;
  }

  private Optional<byte[]> make(byte[][] kept) {
    byte[][] lessons = new byte[(kept.length + 1) / 2][];
    byte[][] tried = new byte[kept.length / 2][];
    for (int i = 0; i < kept.length; i++) {
      (i % 2 == 0 ? lessons : tried)[i / 2] = kept[i];
    }
    byte[] dictionary = new byte[DICTIONARY_BYTES];
    long size;
    try {
      size = Zstd.trainFromBuffer(lessons, dictionary, false);
    } catch (ZstdException e) {
      // One of two ways in which the library says that the samples have nothing in common.
      return Optional.empty();
    }
    if (Zstd.isError(size)) {
      return Optional.empty();
    }
    byte[] content = Arrays.copyOf(dictionary, Math.toIntExact(size));
    try (ZstdCodec without = plain.get();
        ZstdCodec with = taught.apply(content)) {
      return compressed(tried, with) <= (1 - LEAST_SAVING) * compressed(tried, without)
          ? Optional.of(content)
          : Optional.empty();
    }
  }

  private synchronized byte[][] samples() {
    return Arrays.copyOf(samples, (int) Math.min(offered, MAX_SAMPLES));
  }

  private static long compressed(byte[][] payloads, Codec codec) {
    byte[] target = new byte[codec.bound(MAX_SAMPLE_BYTES)];
    long bytes = 0;
    for (byte[] payload : payloads) {
      bytes += codec.compress(payload, 0, payload.length, target, 0);
    }
    return bytes;
  }
}
