package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.embedded.protocol.Status;

/** Assertions that show the whole answer when they fail. */
final class StatusAssertions {
  private StatusAssertions() {}

  static void assertStatus(Frame response, Status status) {
    assertThat(response.status()).as("status of %s", response).isEqualTo(status.code());
  }
}
