package io.channelindex.embedded;

import java.time.Duration;

/**
 * The way between all clients and one node: to be slowed or cut, while nodes go on talking to each
 * other. Thread-safe. Not to be used on a thread of a client that is answered by the node.
 */
public final class ClientLink {
  private final EmbeddedNode node;
  private volatile Duration delay = Duration.ZERO;
  private volatile boolean cut;

  ClientLink(EmbeddedNode node) {
    this.node = node;
  }

  /**
   * From now on what clients send to the data service arrives after {@code delay}, and what it
   * sends to them, too. The manager's port is as near as before.
   *
   * @throws IllegalArgumentException if it is negative, or more than 292 years
   */
  public void delay(Duration value) {
    EmbeddedNode.requireDelay("delay", value);
    delay = value;
    node.adapt();
  }

  /**
   * Nothing arrives from now on, in either direction, as if every packet got lost: connections hang
   * and are not closed, new ones are never answered. When this returns, nothing is under way.
   */
  public void cut() {
    cut = true;
    node.adapt();
  }

  /** The opposite of {@link #cut}: what was sent meanwhile arrives. */
  public void heal() {
    cut = false;
    node.adapt();
  }

  public boolean isCut() {
    return cut;
  }

  /** How long what is sent is under way, in one direction. */
  public Duration delay() {
    return delay;
  }
}
