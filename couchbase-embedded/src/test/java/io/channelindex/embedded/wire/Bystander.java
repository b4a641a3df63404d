package io.channelindex.embedded.wire;

import static io.channelindex.embedded.wire.StatusAssertions.assertStatus;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Status;

/** A connection that was open before something bad happened on another one. */
final class Bystander implements AutoCloseable {
  private final WireClient client;

  Bystander(TestNode node) {
    client = node.open();
  }

  WireClient client() {
    return client;
  }

  /** Asserts that writing and reading still work. */
  void assertUndisturbed() {
    assertWorks(client);
  }

  /** Asserts that writing and reading work on {@code connection}, which uses collections. */
  static void assertWorks(WireClient connection) {
    DocumentKey key = DocumentKey.of("bystander");
    String value = "{\"at\":" + System.nanoTime() + "}";
    assertStatus(connection.call(Captures.set(key, value)), Status.SUCCESS);
    assertThat(connection.call(Captures.get(key)).text()).isEqualTo(value);
  }

  @Override
  public void close() {
    client.close();
  }
}
