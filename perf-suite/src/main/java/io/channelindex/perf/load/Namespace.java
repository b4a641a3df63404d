package io.channelindex.perf.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of one workload of one run. No other run has the same prefix, so that a run needs no
 * empty bucket and touches nothing of others. Immutable.
 *
 * <p>A key is the prefix and the document's index in eight hexadecimal digits: {@code
 * perf:m3x9k2ab:kv-get:0000a3f2}.
 */
public final class Namespace {
  /** {@link #indexOf} of a key that is not in the namespace at all. */
  public static final int FOREIGN = -1;

  /** {@link #indexOf} of a key that has the prefix, but is none that the workload would make. */
  public static final int MALFORMED = -2;

  private static final int LONGEST_DATABASE = 32;

  private final String prefix;
  private final String database;
  private final byte[] prefixBytes;

  /**
   * @param run what tells this run from all others
   * @param workload what tells this workload from the others of the run
   */
  public Namespace(String run, String workload) {
    this.prefix = "perf:" + run + ":" + workload + ":";
    String name = "perf-" + run + "-" + workload;
    this.database = name.substring(0, Math.min(name.length(), LONGEST_DATABASE));
    this.prefixBytes = prefix.getBytes(StandardCharsets.US_ASCII);
  }

  /** The name of a channel of the workload's own. */
  public String channel(int index) {
    return prefix + index;
  }

  /** The name of a database of the workload's own, which may be in the names of documents. */
  public String database() {
    return database;
  }

  /** The names of several databases of the workload's own. */
  public String database(int number) {
    String suffix = "-" + number;
    return database.substring(0, Math.min(database.length(), LONGEST_DATABASE - suffix.length()))
        + suffix;
  }

  /** What all keys begin with. */
  public String prefix() {
    return prefix;
  }

  /** The key of a document. */
  public String key(int index) {
    byte[] key = Arrays.copyOf(prefixBytes, prefixBytes.length + Hex8.LENGTH);
    Hex8.write(index, key, prefixBytes.length);
    return new String(key, StandardCharsets.ISO_8859_1);
  }

  /** The index of the document that a key belongs to, {@link #FOREIGN} or {@link #MALFORMED}. */
  public int indexOf(byte[] key) {
    return indexOf(key, 0, key.length);
  }

  /** The same of a key that lies within other bytes, {@code to} exclusive. */
  public int indexOf(byte[] bytes, int from, int to) {
    int digits = from + prefixBytes.length;
    if (to < digits || !Arrays.equals(bytes, from, digits, prefixBytes, 0, prefixBytes.length)) {
      return FOREIGN;
    }
    long index = to == digits + Hex8.LENGTH ? Hex8.read(bytes, digits) : -1;
    return index < 0 || index > Integer.MAX_VALUE ? MALFORMED : (int) index;
  }
}
