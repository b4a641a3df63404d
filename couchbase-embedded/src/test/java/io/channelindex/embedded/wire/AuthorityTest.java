package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Every test that looks at frames says how it knows what is right. */
class AuthorityTest {
  private static List<Class<?>> frameTests() throws IOException, URISyntaxException {
    Path here =
        Path.of(AuthorityTest.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolve(AuthorityTest.class.getPackageName().replace('.', '/'));
    try (Stream<Path> files = Files.list(here)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith("IT.class"))
          .sorted()
          .<Class<?>>map(AuthorityTest::load)
          .toList();
    }
  }

  private static Class<?> load(String file) {
    String name = file.substring(0, file.length() - ".class".length());
    try {
      return Class.forName(AuthorityTest.class.getPackageName() + "." + name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void everyTestOfFramesNamesItsAuthority() throws IOException, URISyntaxException {
    List<Class<?>> tests = frameTests();
    assertThat(tests).hasSizeGreaterThan(10);
    assertThat(tests)
        .filteredOn(test -> !test.isAnnotationPresent(Authority.class))
        .flatExtracting(
            test ->
                Arrays.stream(test.getDeclaredMethods())
                    .filter(method -> AnnotationSupport.isAnnotated(method, Testable.class))
                    .filter(method -> !method.isAnnotationPresent(Authority.class))
                    .toList())
        .isEmpty();
  }
}
