package io.channelindex.perf.report;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text with named places, written {@code /*{name}*}{@code /}: a comment in styles and scripts, so
 * that editors and linters take the template for what it becomes.
 */
final class Template {
  private static final Pattern PLACE = Pattern.compile("/\\*\\{([a-z-]+)}\\*/");

  private final String text;
  private final Map<String, String> values = new HashMap<>();

  private Template(String text) {
    this.text = text;
  }

  static Template of(String text) {
    return new Template(text);
  }

  Template put(String name, String value) {
    values.put(name, value);
    return this;
  }

  /**
   * The text with every place filled; what is filled in is not looked at again.
   *
   * @throws ReportException if there is nothing to fill a place with
   */
  String render() {
    Matcher matcher = PLACE.matcher(text);
    StringBuilder rendered = new StringBuilder();
    while (matcher.find()) {
      String value = values.get(matcher.group(1));
      if (value == null) {
        throw new ReportException(
            "place in the template has no value: name=" + matcher.group(1), null);
      }
      matcher.appendReplacement(rendered, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(rendered).toString();
  }
}
