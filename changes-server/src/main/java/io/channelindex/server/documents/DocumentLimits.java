package io.channelindex.server.documents;

/**
 * How big what clients write may be.
 *
 * @param documentBytes of a body as compact JSON, 1 … 20 MiB
 * @param depth how deep objects and arrays of a body are nested, 1 … 1000
 * @param channels how many channels a document is in, 1 … 1000
 * @param channelLength characters of a channel's name, 1 … 250
 */
public record DocumentLimits(int documentBytes, int depth, int channels, int channelLength) {
  /** The most characters of a channel's name that any database allows. */
  static final int MAX_CHANNEL_LENGTH = 250;

  /** What a database gets that does not say otherwise. */
  public static final DocumentLimits DEFAULT = new DocumentLimits(1024 * 1024, 100, 200, 250);

  public DocumentLimits {
    requireRange("documentBytes", documentBytes, 20 * 1024 * 1024);
    requireRange("depth", depth, 1000);
    requireRange("channels", channels, 1000);
    requireRange("channelLength", channelLength, MAX_CHANNEL_LENGTH);
  }

  private static void requireRange(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(
          name + " out of range: " + name + "=" + value + ", min=1, max=" + max);
    }
  }
}
