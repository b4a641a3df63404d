package io.channelindex.embedded.engine;

/** Whether a write is prepared before it is committed. */
public enum Durability {
  /** It is not: the write takes one seqno. */
  NONE,
  /**
   * A prepare comes first and takes a seqno of its own, which no item is ever seen at; the mutation
   * token that a client gets is the prepare's.
   */
  PREPARED;

  /** The seqno of the mutation token for a write that became {@code item}. */
  public long tokenSeqno(Item item) {
    return this == PREPARED ? item.seqno() - 1 : item.seqno();
  }
}
