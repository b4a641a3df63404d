package io.channelindex.index.memory;

/** What is to be indexed does not fit the memory that the index may take. */
public final class MemoryFullException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MemoryFullException(String message) {
    super(message);
  }
}
