package io.channelindex.embedded.engine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key of a request: a collection and a range of bytes. Mutable and reused, one per connection,
 * so that reading a document allocates no key. Not thread-safe.
 */
public final class Key {
  private int collection;
  private byte[] bytes = new byte[64];
  private int offset;
  private int length;
  private int hash;

  /** A key in the default collection. */
  public static Key of(String text) {
    return of(0, text);
  }

  /** A key in the collection with id {@code collection}. */
  public static Key of(int collection, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return new Key().set(collection, utf8, 0, utf8.length);
  }

  /**
   * A buffer of at least {@code length} bytes to write a key into before {@link #set(int, int,
   * int)}; its content is what the last call left.
   */
  public byte[] buffer(int length) {
    if (bytes.length < length) {
      bytes = new byte[length];
    }
    return bytes;
  }

  /** Points this key at {@code length} bytes of {@link #buffer} from {@code offset}. */
  public Key set(int collection, int offset, int length) {
    return set(collection, bytes, offset, length);
  }

  private Key set(int collection, byte[] bytes, int offset, int length) {
    this.collection = collection;
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    this.hash = hash(collection, bytes, offset, length);
    return this;
  }

  private static int hash(int collection, byte[] bytes, int offset, int length) {
    int h = collection;
    for (int i = offset, end = offset + length; i < end; i++) {
      h = 31 * h + bytes[i];
    }
    // The table masks low bits; keys that share a CRC32 remainder must still spread.
    h *= 0x9E3779B1;
    return h ^ (h >>> 15);
  }

  public int collection() {
    return collection;
  }

  /** Bytes of the key without its collection. */
  public int length() {
    return length;
  }

  byte[] bytes() {
    return bytes;
  }

  int offset() {
    return offset;
  }

  int end() {
    return offset + length;
  }

  int hash() {
    return hash;
  }

  /** The key without its collection, as UTF-8. */
  public String text() {
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }

  byte[] copy() {
    return Arrays.copyOfRange(bytes, offset, offset + length);
  }

  @Override
  public String toString() {
    return collection + ":" + text();
  }
}
