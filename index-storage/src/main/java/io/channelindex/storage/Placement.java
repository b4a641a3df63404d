package io.channelindex.storage;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in the index bucket the documents of a channel lie: its heads, directory pages and blocks,
 * those of all partitions (feature W6). It decides the keys, so all nodes of an index have to agree
 * on it: {@link #name} is what they write down and compare.
 *
 * <p>Immutable, thread-safe.
 */
public abstract sealed class Placement {
  /** Wherever their keys fall, one by one: over all vbuckets and servers. */
  public static final Placement SPREAD = new Spread();

  private static final Pattern COLOCATED = Pattern.compile("colocated:(\\d{1,4}):(\\d{1,4})");

  private Placement() {}

  /**
   * In a few vbuckets for each channel, which its name's hash chooses. They are as far from each
   * other as can be, and the channel's partitions take turns with them.
   *
   * @param spread how many for each channel, 1 … {@code vbuckets}. One server answers for a channel
   *     if it is 1, and takes all of its writes
   * @param vbuckets of the index bucket when the index is made, 1 … 1,024. If the bucket has
   *     another number later, keys stay as they are and right
   */
  public static Placement colocated(int spread, int vbuckets) {
    return new Colocated(spread, vbuckets);
  }

  /**
   * The placement of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Placement named(String name) {
    if (name.equals(SPREAD.name())) {
      return SPREAD;
    }
    Matcher matcher = COLOCATED.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no such placement: name=" + name);
    }
    Placement placement =
        colocated(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    if (!placement.name().equals(name)) {
      throw new IllegalArgumentException("not the name of a placement: name=" + name);
    }
    return placement;
  }

  /** The stable name: {@code spread}, or {@code colocated:<spread>:<vbuckets>}. */
  public abstract String name();

  /**
   * Whether another is the same but for the number of vbuckets: what an index was made with still
   * is what was wished for when its bucket is restored to one of another number.
   */
  public abstract boolean isLike(Placement other);

  /** How many bytes this adds to a key. */
  abstract int addedBytes();

  /**
   * A key with what this adds to it: behind it, and always of the same length, so that different
   * keys stay different.
   */
  abstract String place(String key, String channel, int partition);

  @Override
  public final boolean equals(Object other) {
    return other instanceof Placement placement && name().equals(placement.name());
  }

  @Override
  public final int hashCode() {
    return Objects.hash(name());
  }

  @Override
  public final String toString() {
    return name();
  }

  private static final class Spread extends Placement {
    @Override
    public String name() {
      return "spread";
    }

    @Override
    public boolean isLike(Placement other) {
      return other instanceof Spread;
    }

    @Override
    int addedBytes() {
      return 0;
    }

    @Override
    String place(String key, String channel, int partition) {
      return key;
    }
  }

  private static final class Colocated extends Placement {
    private static final String SEPARATOR = "#";

    private final Colocation colocation;
    private final int spread;
    private final int vbuckets;

    Colocated(int spread, int vbuckets) {
      this.colocation = new Colocation(vbuckets);
      this.spread = spread;
      this.vbuckets = vbuckets;
      if (spread < 1 || spread > vbuckets) {
        throw new IllegalArgumentException(
            "spread out of range: spread=" + spread + ", min=1, max(vbuckets)=" + vbuckets);
      }
    }

    @Override
    public String name() {
      return "colocated:" + spread + ':' + vbuckets;
    }

    @Override
    public boolean isLike(Placement other) {
      return other instanceof Colocated colocated && spread == colocated.spread;
    }

    @Override
    int addedBytes() {
      return SEPARATOR.length() + Colocation.SUFFIX_BYTES;
    }

    @Override
    String place(String key, String channel, int partition) {
      return colocation.place(key.concat(SEPARATOR), vbucket(channel, partition));
    }

    /**
     * Strings remember their hash, so this costs next to nothing; its definition is part of Java's
     * and never changes. It is finished as MurmurHash3 does (Appleby), for names that differ in
     * little have hashes that do.
     */
    private int vbucket(String channel, int partition) {
      int hash = channel.hashCode();
      hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
      hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
      hash ^= hash >>> 16;
      int first = Integer.remainderUnsigned(hash, vbuckets);
      int turn = partition % spread;
      return (first + turn * vbuckets / spread) % vbuckets;
    }
  }
}
