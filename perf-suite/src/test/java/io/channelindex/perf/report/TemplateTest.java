package io.channelindex.perf.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TemplateTest {
  @Test
  void placesAreFilledAndWhatIsFilledInIsLeftAlone() {
    assertThat(
            Template.of("a /*{x}*/ b /*{y-z}*/ c /*{x}*/")
                .put("x", "$1 \\ /*{y-z}*/")
                .put("y-z", "2")
                .render())
        .isEqualTo("a $1 \\ /*{y-z}*/ b 2 c $1 \\ /*{y-z}*/");
  }

  @Test
  void aPlaceWithoutAValueIsNamed() {
    assertThatThrownBy(() -> Template.of("/*{missing}*/").render())
        .isInstanceOf(ReportException.class)
        .hasMessage("place in the template has no value: name=missing");
  }
}
