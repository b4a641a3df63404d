package io.channelindex.storage;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * The keys of the index bucket, built here and nowhere else. They begin with the prefix of the
 * database and stay within 246 bytes, whatever a channel is called.
 *
 * <p>A channel's name stands last in its keys, so that nothing in it can be taken for something
 * else. It stands there as it is if it consists of visible ASCII characters, does not begin with
 * {@code ~}, and leaves the key within its limit; else a {@code ~} and 192 bits of its SHA-256
 * stand there. Different arguments therefore give different keys, as far as SHA-256 does.
 *
 * <p>A {@link Placement} may put a suffix behind the name. It has the same length in all keys of a
 * database: without it they are as different as with it, and a name that ends like a suffix is
 * none. It counts towards the limit.
 *
 * <p>Thread-safe.
 */
public final class IndexKeys {
  /** The longest key, in bytes: what the data service takes outside of the default collection. */
  public static final int MAX_BYTES = 246;

  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_-]{1,32}");
  private static final Pattern CLOCK_NAME = Pattern.compile("[A-Za-z0-9:]{1,64}");
  private static final Pattern SHARED_CLOCK_NAME = Pattern.compile("[a-z0-9-]{1,64}");
  private static final char HASHED = '~';
  private static final int HASH_BYTES = 24;
  private static final char MAX_ASCII = 0x7f;
  private static final int MAX_PARTITION = 1023;
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final String prefix;
  private final String stable;
  private final Placement placement;

  /**
   * The keys of one database, its channels' documents wherever they fall.
   *
   * @param prefix 1 … 32 letters, digits, {@code -} or {@code _}
   */
  public IndexKeys(String prefix) {
    this(prefix, Placement.SPREAD);
  }

  /**
   * The keys of one database.
   *
   * @param prefix 1 … 32 letters, digits, {@code -} or {@code _}
   * @param placement of the documents of channels
   */
  public IndexKeys(String prefix, Placement placement) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "not a key prefix: prefix=" + prefix + ", expected=" + PREFIX);
    }
    this.prefix = prefix;
    this.stable = prefix + ":stable:";
    this.placement = placement;
  }

  /** The keys of the same database with its channels' documents elsewhere. */
  public IndexKeys with(Placement other) {
    return new IndexKeys(prefix, other);
  }

  /** {@code SettingsDocument}. */
  public String settings() {
    return prefix + ":settings";
  }

  /** {@code StableDocument} of a partition. */
  public String stable(int partition) {
    return stable + requirePartition(partition);
  }

  /** The counter that is incremented when stable clocks moved: a hint. */
  public String wakeUps() {
    return prefix + ":wake";
  }

  /** {@code ChannelHead}. */
  public String head(String channel, int partition) {
    return placed(prefix + ":head:" + requirePartition(partition) + ':', channel, partition);
  }

  /** {@code DirectoryPage}. */
  public String page(String channel, int partition, int page) {
    return placed(numbered(":page:", partition, page) + ':', channel, partition);
  }

  /** {@code DenseBlock}. */
  public String block(String channel, int partition, int block) {
    return placed(numbered(":block:", partition, block) + ':', channel, partition);
  }

  /** {@code RevisionsDocument} of a document of the data bucket. */
  public String revisions(String documentId) {
    return named(prefix + ":revisions:", documentId, MAX_BYTES);
  }

  /** {@code SequenceDocument}. */
  public String sequence(int vbucket, long vbuuid, long seqno) {
    return prefix
        + ":seq:"
        + vbucket
        + ':'
        + Long.toHexString(vbuuid)
        + ':'
        + Long.toUnsignedString(seqno);
  }

  /** A compacted block. */
  public String packed(String channel, int partition, int number) {
    return placed(numbered(":packed:", partition, number) + ':', channel, partition);
  }

  /** Whether a key is one of {@link #block}, of this database. */
  public boolean isBlock(String key) {
    return key.startsWith(prefix + ":block:");
  }

  /** {@code ChannelRegistryPage}. */
  public String registry(int partition, int page) {
    return numbered(":channels:", partition, page);
  }

  /** {@code BranchVectorDocument}. */
  public String branches(long digest) {
    return prefix + ":branches:" + Long.toHexString(digest);
  }

  /**
   * {@code DictionaryDocument}.
   *
   * @param version at least 1
   */
  public String dictionary(int version) {
    if (version < 1) {
      throw new IllegalArgumentException("no version of a dictionary: version=" + version);
    }
    return prefix + ":dictionary:" + version;
  }

  /** {@code ClockDocument}, under the name that a token gives. */
  public String clock(String name) {
    if (!CLOCK_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "not a clock's name: name=" + name + ", expected=" + CLOCK_NAME);
    }
    return prefix + ":tokens:" + name;
  }

  /**
   * A clock that several owners advance ({@code SharedClock}), in one document.
   *
   * @param name 1 … 64 lower-case letters, digits or {@code -}
   */
  public String sharedClock(String name) {
    if (!SHARED_CLOCK_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "not a shared clock's name: name=" + name + ", expected=" + SHARED_CLOCK_NAME);
    }
    return prefix + ":shared:" + name;
  }

  /** A partition's part of {@link #sharedClock}, where each has a document of its own. */
  public String sharedClock(String name, int partition) {
    return sharedClock(name) + ':' + requirePartition(partition);
  }

  /**
   * 64 bits that stand for a channel where a false match costs a look and nothing else: FNV-1a
   * (Fowler, Noll, Vo) of the name's UTF-8, through the finalizer of SplitMix64 (Steele, Lea, Flood
   * 2014). They are stored, and the same for ever.
   */
  public static long channelHash(String channel) {
    long hash = fnv1a(channel);
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return hash ^ (hash >>> 31);
  }

  private static long fnv1a(String channel) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < channel.length(); i++) {
      char ascii = channel.charAt(i);
      if (ascii > MAX_ASCII) {
        return fnv1a(utf8(channel));
      }
      hash = (hash ^ ascii) * FNV_PRIME;
    }
    return hash;
  }

  private static long fnv1a(byte[] utf8) {
    long hash = FNV_OFFSET;
    for (byte octet : utf8) {
      hash = (hash ^ (octet & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  private String numbered(String kind, int partition, int number) {
    if (number < 0) {
      throw new IllegalArgumentException(
          "negative number in a key: kind=" + kind + ", number=" + number);
    }
    return prefix + kind + requirePartition(partition) + ':' + number;
  }

  private String placed(String begin, String channel, int partition) {
    String key = named(begin, channel, MAX_BYTES - placement.addedBytes());
    return placement.place(key, channel, partition);
  }

  private static String named(String begin, String name, int maxBytes) {
    return begin + (isPlain(name, maxBytes - begin.length()) ? name : hashed(name));
  }

  private static boolean isPlain(String channel, int max) {
    if (channel.isEmpty()) {
      throw new IllegalArgumentException("a channel without a name");
    }
    if (channel.length() > max || channel.charAt(0) == HASHED) {
      return false;
    }
    for (int i = 0; i < channel.length(); i++) {
      char one = channel.charAt(i);
      if (one <= ' ' || one > '~') {
        return false;
      }
    }
    return true;
  }

  private static String hashed(String channel) {
    byte[] digest = sha256().digest(utf8(channel));
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    return HASHED + encoder.encodeToString(Arrays.copyOf(digest, HASH_BYTES));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Strict: the stand-in for half a surrogate pair would make two names one. */
  private static byte[] utf8(String channel) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(channel)) {
      throw new IllegalArgumentException("a channel's name with half a surrogate pair");
    }
    return channel.getBytes(StandardCharsets.UTF_8);
  }

  private static int requirePartition(int partition) {
    if (partition < 0 || partition > MAX_PARTITION) {
      throw new IllegalArgumentException(
          "no such partition: partition=" + partition + ", max=" + MAX_PARTITION);
    }
    return partition;
  }
}
