package io.channelindex.storage.compress;

import io.channelindex.storage.IndexStorageException;

/**
 * A document was compressed with a dictionary that this process has not loaded yet; nothing is
 * wrong with it. Load the dictionary and read the document again.
 */
public final class UnknownDictionaryException extends IndexStorageException {
  private static final long serialVersionUID = 1L;

  private final int version;

  UnknownDictionaryException(int version) {
    super("dictionary not loaded: version=" + version);
    this.version = version;
  }

  /** The version to load. */
  public int version() {
    return version;
  }
}
