package io.channelindex.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/invariants.md} names tests of all modules; each of them has to be there. They are
 * looked up in the sources, because no module has the tests of all others on its class path.
 */
class InvariantsDocumentTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path DOCUMENT = ROOT.resolve("docs/invariants.md");
  private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]*)#([a-z][A-Za-z0-9]*)`");
  private static final Pattern INVARIANT = Pattern.compile("(?m)^\\| (\\d+) \\|");

  /** An annotation of a test, and what follows up to the first method after it. */
  private static final String ANNOTATED =
      "@(?:Test|ParameterizedTest|Property|RepeatedTest)\\b(?:(?!\\bvoid\\b).)*?\\bvoid ";

  @Test
  void everyTestThatIsNamedIsThere() throws IOException {
    Map<String, List<Path>> sources = sources();
    List<MatchResult> named = NAMED.matcher(Files.readString(DOCUMENT)).results().toList();
    assertThat(named).hasSizeGreaterThan(60);
    List<String> missing = new ArrayList<>();
    for (MatchResult test : named) {
      boolean found = false;
      for (Path source : sources.getOrDefault(test.group(1), List.of())) {
        found |= hasTest(Files.readString(source), test.group(2));
      }
      if (!found) {
        missing.add(test.group());
      }
    }
    assertThat(missing).as("tests that %s names and nobody has", DOCUMENT).isEmpty();
  }

  @Test
  void everyInvariantHasItsRow() throws IOException {
    List<Integer> rows =
        INVARIANT
            .matcher(Files.readString(DOCUMENT))
            .results()
            .map(row -> Integer.valueOf(row.group(1)))
            .toList();
    assertThat(rows).isEqualTo(IntStream.rangeClosed(1, 16).boxed().toList());
  }

  @Test
  void aTestIsAnAnnotatedMethodAndNothingElse() {
    String source =
        """
        @Test
        void plain() {}

        @ParameterizedTest
        @EnumSource(value = Action.class, names = {"FAIL", "HOLD"})
        void withParameters(Action action) {}

        private void helps() {}

        @Property(tries = 3)
        void holds(@ForAll long seed) throws IOException {}
        """;
    assertThat(List.of("plain", "withParameters", "holds")).allMatch(name -> hasTest(source, name));
    assertThat(List.of("helps", "hold", "absent")).noneMatch(name -> hasTest(source, name));
  }

  private static boolean hasTest(String source, String method) {
    return Pattern.compile(ANNOTATED + method + "\\(", Pattern.DOTALL).matcher(source).find();
  }

  /** The test sources of all modules, by class: modules may have classes of the same name. */
  private static Map<String, List<Path>> sources() throws IOException {
    Map<String, List<Path>> sources = new TreeMap<>();
    for (Path module : modules()) {
      try (Stream<Path> files = Files.walk(module.resolve("src/test/java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          String name = file.getFileName().toString();
          sources
              .computeIfAbsent(
                  name.substring(0, name.length() - ".java".length()), key -> new ArrayList<>())
              .add(file);
        }
      }
    }
    return sources;
  }

  private static List<Path> modules() throws IOException {
    Matcher module =
        Pattern.compile("<module>([^<]+)</module>")
            .matcher(Files.readString(ROOT.resolve("pom.xml")));
    TreeSet<Path> modules = new TreeSet<>();
    while (module.find()) {
      Path path = ROOT.resolve(module.group(1));
      if (Files.isDirectory(path.resolve("src/test/java"))) {
        modules.add(path);
      }
    }
    return List.copyOf(modules);
  }
}
