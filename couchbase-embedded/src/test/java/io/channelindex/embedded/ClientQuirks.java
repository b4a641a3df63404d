package io.channelindex.embedded;

/** What clients do that is not to be taken for a fault of the node's. */
public final class ClientQuirks {
  private ClientQuirks() {}

  /**
   * Whether the java-client 3.12 threw because a node has taken another's place, and it knows that
   * one from the map but has not made it part of its own list yet ({@code KeyValueLocator}; where
   * their numbers differ too, it retries by itself). Nothing was sent.
   */
  public static boolean hasNoNode(IllegalStateException thrown) {
    String message = thrown.getMessage();
    return message != null && message.startsWith("Node not found for request");
  }

  /** Whether the client knew where to send what this asks of it. */
  static boolean hasNode(Runnable request) {
    try {
      request.run();
      return true;
    } catch (IllegalStateException e) {
      if (hasNoNode(e)) {
        return false;
      }
      throw e;
    }
  }
}
