package io.channelindex.embedded.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A difference from a captured server that is meant, with its reason.
 *
 * @param lines of the capture
 * @param fields pattern of the fields that differ there
 */
record Deviation(Set<Integer> lines, Pattern fields, String reason) {

  static Deviation of(Set<Integer> lines, String fields, String reason) {
    return new Deviation(lines, Pattern.compile(fields), reason);
  }

  /** Asserts that nothing else differs, and that everything that was said to differ does. */
  static void assertExactly(List<Difference> differences, List<Deviation> meant) {
    List<Difference> unexpected = new ArrayList<>(differences);
    unexpected.removeIf(difference -> meant.stream().anyMatch(d -> d.covers(difference)));
    assertThat(unexpected).as("differences from the captured server").isEmpty();
    for (Deviation deviation : meant) {
      assertThat(differences.stream().filter(deviation::covers).map(Difference::line))
          .as("lines where this still happens: %s", deviation.reason())
          .containsOnly(deviation.lines().toArray(Integer[]::new));
    }
  }

  private boolean covers(Difference difference) {
    return lines.contains(difference.line()) && fields.matcher(difference.field()).matches();
  }
}
