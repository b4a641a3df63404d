package io.channelindex.perf.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Makes JSON documents of a fixed size. Seed, index and version decide every byte: a document can
 * be made again to compare it with what came back. Immutable.
 *
 * <pre>
 *   {"doc":"0000a3f2","version":"00000003","text":"Zk3…"}
 *           8: index             29: version       47: text, 64 different characters
 * </pre>
 */
public final class DocumentSource {
  /** The least size of a document in bytes. */
  public static final int LEAST_BYTES = 64;

  private static final byte[] HEAD =
      "{\"doc\":\"________\",\"version\":\"________\",\"text\":\""
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TAIL = "\"}".getBytes(StandardCharsets.US_ASCII);
  private static final int INDEX_OFFSET = 8;
  private static final int VERSION_OFFSET = 29;
  private static final byte[] ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
          .getBytes(StandardCharsets.US_ASCII);
  private static final int CHARACTERS_PER_WORD = 10;
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  /** Mixed, so that no two small seeds, indexes and versions cancel each other out. */
  private final long mixedSeed;

  private final int bytes;

  /**
   * @param seed any number
   * @param bytes the size of every document, at least {@value #LEAST_BYTES}
   */
  public DocumentSource(long seed, int bytes) {
    if (bytes < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "document too small: bytes=" + bytes + ", minimum=" + LEAST_BYTES);
    }
    this.mixedSeed = mix(seed + GOLDEN);
    this.bytes = bytes;
  }

  /** The size of every document in bytes. */
  public int bytes() {
    return bytes;
  }

  /** The body of a version of a document; a new array. */
  public byte[] body(int index, int version) {
    byte[] body = new byte[bytes];
    System.arraycopy(HEAD, 0, body, 0, HEAD.length);
    Hex8.write(index, body, INDEX_OFFSET);
    Hex8.write(version, body, VERSION_OFFSET);
    int end = bytes - TAIL.length;
    System.arraycopy(TAIL, 0, body, end, TAIL.length);
    long state = mixedSeed ^ (((long) index << 32) | (version & 0xffff_ffffL));
    for (int at = HEAD.length; at < end; at += CHARACTERS_PER_WORD) {
      state += GOLDEN;
      fill(body, at, Math.min(end, at + CHARACTERS_PER_WORD), mix(state));
    }
    return body;
  }

  /** The version that a body says it is, or -1 if it is not a body of the document. */
  public static int versionOf(byte[] body, int index) {
    boolean shaped =
        body.length >= LEAST_BYTES
            && Hex8.read(body, INDEX_OFFSET) == Integer.toUnsignedLong(index);
    return shaped ? (int) Hex8.read(body, VERSION_OFFSET) : -1;
  }

  /** Whether a body is, byte for byte, a version of a document. */
  public boolean matches(byte[] body, int index, int version) {
    return Arrays.equals(body, body(index, version));
  }

  /** The checksum of a version of a document, as {@link #checksum(byte[])} computes it. */
  public int checksum(int index, int version) {
    return checksum(body(index, version));
  }

  /** CRC-32C of a body. */
  public static int checksum(byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(body, 0, body.length);
    return (int) crc.getValue();
  }

  private static void fill(byte[] body, int from, int to, long word) {
    long bits = word;
    for (int at = from; at < to; at++) {
      body[at] = ALPHABET[(int) bits & 63];
      bits >>>= 6;
    }
  }

  /**
   * The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
   * Generators").
   */
  private static long mix(long state) {
    long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
