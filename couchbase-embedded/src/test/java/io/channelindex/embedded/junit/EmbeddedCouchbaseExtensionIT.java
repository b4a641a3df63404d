package io.channelindex.embedded.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.channelindex.embedded.EmbeddedCouchbase;
import java.io.IOException;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.RegisterExtension;

class EmbeddedCouchbaseExtensionIT {
  private static final int TESTS = 2;

  @RegisterExtension
  static final EmbeddedCouchbaseExtension SHARED =
      EmbeddedCouchbaseExtension.with(node -> node.bucket("shared"));

  @RegisterExtension
  final EmbeddedCouchbaseExtension own =
      EmbeddedCouchbaseExtension.with(node -> node.vbuckets(8).bucket("own"));

  private static final Set<EmbeddedCouchbase> SHARED_NODES = new HashSet<>();
  private static final Set<EmbeddedCouchbase> OWN_NODES = new HashSet<>();

  @RepeatedTest(TESTS)
  void aStaticFieldIsSharedAndAnInstanceFieldIsEachTestsOwn() throws IOException {
    SHARED_NODES.add(SHARED.node());
    OWN_NODES.add(own.node());

    assertThat(SHARED.node().bucket("shared").vbuckets()).isEqualTo(64);
    assertThat(own.node().bucket("own").vbuckets()).isEqualTo(8);
    try (Socket socket = new Socket(own.node().host(), own.node().port())) {
      assertThat(socket.isConnected()).isTrue();
    }
  }

  @AfterAll
  static void oneSharedNodeAndOneForEachTest() {
    assertThat(SHARED_NODES).hasSize(1);
    assertThat(OWN_NODES).hasSize(TESTS);
  }

  /** Not registered: what a test sees that asks too early. */
  @RepeatedTest(1)
  void thereIsNoNodeOutsideOfTests() {
    EmbeddedCouchbaseExtension unused = EmbeddedCouchbaseExtension.with(node -> node);

    assertThatIllegalStateException().isThrownBy(unused::node);
  }
}
