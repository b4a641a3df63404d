package io.channelindex.benchmarks.block;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

/**
 * Entries of a channel in a partition of 16 vbuckets, from a distribution whose entropy is known.
 * They are as they come out of compaction: sorted by (vbucket, seqno), one branch for each vbucket.
 *
 * <ul>
 *   <li>A seqno is above the one before by a geometric number with a mean of 200.
 *   <li>Revisions have generations of mean 2, geometric, and a random digest of 16 bytes.
 *   <li>One entry in fifty is a removal, one in fifty a deletion.
 *   <li>Document ids are {@link #TYPICAL} or {@link #HOSTILE}.
 * </ul>
 */
public enum BlockEntries {
  /**
   * 40 % {@code user::123456::profile}, 30 % {@code order-123456789} without padding, 30 % {@code
   * sensor:1234:12345678}.
   */
  TYPICAL("typical") {
    @Override
    String id(Random random) {
      int kind = random.nextInt(10);
      if (kind < 4) {
        return String.format(Locale.ROOT, "user::%06d::profile", random.nextInt(USERS));
      } else if (kind < 7) {
        return "order-" + random.nextInt(ORDERS);
      }
      int sensor = random.nextInt(SENSORS);
      return String.format(Locale.ROOT, "sensor:%04d:%08d", sensor, random.nextInt(MILLIS));
    }

    @Override
    double idBits() {
      return entropy(0.4, 0.3, 0.3)
          + 0.4 * log2(USERS)
          + 0.3 * log2(ORDERS)
          + 0.3 * (log2(SENSORS) + log2(MILLIS));
    }
  },

  /**
   * Half random UUIDs, half four words of 1,000, whose letters are as frequent as in English texts,
   * with dashes between them.
   */
  HOSTILE("hostile") {
    @Override
    String id(Random random) {
      if (random.nextBoolean()) {
        long high = (random.nextLong() & ~0xf000L) | 0x4000L;
        long low = (random.nextLong() & ~(3L << 62)) | (2L << 62);
        return new UUID(high, low).toString();
      }
      List<String> words = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        words.add(WORDS.get(random.nextInt(WORDS.size())));
      }
      return String.join("-", words);
    }

    @Override
    double idBits() {
      return 1 + 0.5 * 122 + 0.5 * 4 * log2(WORDS.size());
    }
  };

  /** Vbuckets of the partition. */
  static final int VBUCKETS = 16;

  private static final int USERS = 1_000_000;
  private static final int ORDERS = 1_000_000_000;
  private static final int SENSORS = 10_000;
  private static final int MILLIS = 86_400_000;
  private static final int MEAN_GAP = 200;
  private static final int MEAN_GENERATION = 2;
  private static final double LEFT = 0.02;
  private static final double DIGEST_BITS = 128;
  private static final double VBUUID_BITS = 64;
  private static final long FIRST_SEQNOS = 1L << 24;
  private static final List<String> WORDS = words();

  private final String text;

  BlockEntries(String text) {
    this.text = text;
  }

  /** Its name in parameters and tables. */
  String text() {
    return text;
  }

  static BlockEntries named(String name) {
    for (BlockEntries entries : values()) {
      if (entries.text.equals(name)) {
        return entries;
      }
    }
    throw new IllegalArgumentException("no such entries: name=" + name);
  }

  abstract String id(Random random);

  abstract double idBits();

  /** So many entries; the same for the same seed. */
  List<Entry> sample(int count, long seed) {
    Random random = new Random(seed);
    int[] sizes = new int[VBUCKETS];
    for (int i = 0; i < count; i++) {
      sizes[random.nextInt(VBUCKETS)]++;
    }
    List<Entry> entries = new ArrayList<>(count);
    byte[] digest = new byte[16];
    for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
      long vbuuid = random.nextLong();
      long seqno = 1 + (random.nextLong() & (FIRST_SEQNOS - 1));
      for (int i = 0; i < sizes[vbucket]; i++) {
        seqno += geometric(random, MEAN_GAP);
        random.nextBytes(digest);
        String revision =
            geometric(random, MEAN_GENERATION) + "-" + HexFormat.of().formatHex(digest);
        double what = random.nextDouble();
        EntryState state =
            what < LEFT
                ? EntryState.REMOVED
                : what < 2 * LEFT ? EntryState.DELETED : EntryState.ACTIVE;
        entries.add(new Entry(id(random), revision, 32 + vbucket, seqno, vbuuid, state));
      }
    }
    return entries;
  }

  /**
   * The entropy of so many entries in bytes, all but the seed: what no encoding can stay below on
   * average. That a reader cannot know the distribution, least of all the thousand words, makes it
   * unreachable.
   */
  double boundBytes(int count) {
    double sizes = VBUCKETS / 2.0 * log2(2 * Math.PI * Math.E * count / VBUCKETS) - 1;
    double perVbucket = VBUUID_BITS + log2(FIRST_SEQNOS);
    double perEntry =
        geometricBits(MEAN_GAP)
            + geometricBits(MEAN_GENERATION)
            + DIGEST_BITS
            + entropy(LEFT, LEFT, 1 - 2 * LEFT)
            + idBits();
    return (sizes + VBUCKETS * perVbucket + count * perEntry) / Byte.SIZE;
  }

  /** At least 1. */
  private static long geometric(Random random, int mean) {
    double none = Math.log1p(-random.nextDouble());
    return 1 + (long) Math.floor(none / Math.log1p(-1.0 / mean));
  }

  private static double geometricBits(int mean) {
    double p = 1.0 / mean;
    return entropy(p, 1 - p) / p;
  }

  static double entropy(double... probabilities) {
    double bits = 0;
    for (double probability : probabilities) {
      bits -= probability * log2(probability);
    }
    return bits;
  }

  static double log2(double value) {
    return Math.log(value) / Math.log(2);
  }

  private static List<String> words() {
    String letters =
        "e".repeat(127)
            + "t".repeat(91)
            + "a".repeat(82)
            + "o".repeat(75)
            + "i".repeat(70)
            + "n".repeat(67)
            + "s".repeat(63)
            + "h".repeat(61)
            + "r".repeat(60)
            + "d".repeat(43)
            + "l".repeat(40)
            + "c".repeat(28)
            + "u".repeat(28)
            + "m".repeat(24)
            + "w".repeat(24)
            + "f".repeat(22)
            + "g".repeat(20)
            + "y".repeat(20)
            + "p".repeat(19)
            + "b".repeat(15)
            + "v".repeat(10)
            + "k".repeat(8)
            + "jxqz";
    Random random = new Random(1);
    List<String> words = new ArrayList<>();
    for (int word = 0; word < 1_000; word++) {
      StringBuilder text = new StringBuilder();
      for (int length = 3 + random.nextInt(6); length > 0; length--) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      words.add(text.toString());
    }
    return List.copyOf(words);
  }
}
