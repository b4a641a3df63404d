package io.channelindex.storage.compress;

/**
 * A trained dictionary.
 *
 * @param version counted up from 1
 * @param content in Zstandard's dictionary format; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent")
public record Dictionary(int version, byte[] content) {
  public Dictionary {
    if (version < 1 || version > Versions.MAX) {
      throw new IllegalArgumentException(
          "no version of a dictionary: version=" + version + ", max=" + Versions.MAX);
    }
  }
}
