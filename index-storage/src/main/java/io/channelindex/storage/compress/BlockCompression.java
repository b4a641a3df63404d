package io.channelindex.storage.compress;

import java.util.Arrays;

/** What can be done to the payload of a document; name and number are stable. */
public enum BlockCompression {
  /** The payload as it is. */
  NONE(0, "none"),
  /** LZ4 blocks. */
  LZ4(1, "lz4"),
  /** Snappy's raw format. */
  SNAPPY(2, "snappy"),
  /** Zstandard frames (RFC 8878). */
  ZSTD(3, "zstd"),
  /** Zstandard frames with a dictionary that was trained on such documents, once there is one. */
  ZSTD_DICTIONARY(4, "zstd-dictionary");

  private static final BlockCompression[] BY_ID = values();

  private final int id;
  private final String stableName;

  BlockCompression(int id, String stableName) {
    this.id = id;
    this.stableName = stableName;
  }

  /** The stable number in the header of documents, at most 15. */
  public int id() {
    return id;
  }

  /** The stable name in settings and reports. */
  public String stableName() {
    return stableName;
  }

  /** How many there are: numbers from there on are unknown. */
  public static int count() {
    return BY_ID.length;
  }

  /** The compression of a number below {@link #count}. */
  public static BlockCompression ofId(int id) {
    return BY_ID[id];
  }

  /**
   * The compression of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static BlockCompression named(String name) {
    for (BlockCompression compression : BY_ID) {
      if (compression.stableName.equals(name)) {
        return compression;
      }
    }
    throw new IllegalArgumentException(
        "unknown compression: compression="
            + name
            + ", expected="
            + Arrays.stream(BY_ID).map(BlockCompression::stableName).toList());
  }
}
