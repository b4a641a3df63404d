package io.channelindex.embedded.junit;

import io.channelindex.embedded.EmbeddedCouchbase;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A node for the tests of a class: registered in a static field it lives as long as the class's
 * tests, in an instance field as long as each test. Tests may take the node as a parameter.
 *
 * <pre>{@code
 * class OrdersTest {
 *   @RegisterExtension
 *   static final EmbeddedCouchbaseExtension COUCHBASE =
 *       EmbeddedCouchbaseExtension.with(node -> node.vbuckets(64).bucket("orders"));
 *
 *   @Test
 *   void keepsOrders(EmbeddedCouchbase node) { ... }
 * }
 * }</pre>
 *
 * <p>Needs {@code junit-jupiter-api} on the class path, which this jar does not bring along.
 */
public final class EmbeddedCouchbaseExtension
    implements BeforeAllCallback,
        AfterAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        ParameterResolver {
  private final UnaryOperator<EmbeddedCouchbase.Builder> settings;
  private @Nullable EmbeddedCouchbase node;
  private boolean sharedByClass;

  private EmbeddedCouchbaseExtension(UnaryOperator<EmbeddedCouchbase.Builder> settings) {
    this.settings = settings;
  }

  /** A node with the settings that {@code settings} makes, for example its buckets. */
  public static EmbeddedCouchbaseExtension with(UnaryOperator<EmbeddedCouchbase.Builder> settings) {
    return new EmbeddedCouchbaseExtension(settings);
  }

  /**
   * The running node.
   *
   * @throws IllegalStateException outside of tests
   */
  public EmbeddedCouchbase node() {
    if (node == null) {
      throw new IllegalStateException("the node runs during tests only");
    }
    return node;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    start();
    sharedByClass = true;
  }

  @Override
  public void afterAll(ExtensionContext context) {
    sharedByClass = false;
    stop();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (!sharedByClass) {
      start();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (!sharedByClass) {
      stop();
    }
  }

  private void start() {
    node = settings.apply(EmbeddedCouchbase.builder()).start();
  }

  private void stop() {
    if (node != null) {
      node.close();
      node = null;
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == EmbeddedCouchbase.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return node();
  }
}
