package io.channelindex.server.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 512}, {@code 16KiB}, {@code 4MiB}. */
final class Sizes {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*(KiB|MiB|B)?");

  private Sizes() {}

  static int parse(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not a size: value=" + text + ", for example 512, 16KiB, 4MiB");
    }
    String unit = matcher.group(2);
    long factor = "MiB".equals(unit) ? 1 << 20 : "KiB".equals(unit) ? 1 << 10 : 1;
    long bytes = Long.parseLong(matcher.group(1)) * factor;
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("out of range: size=" + text + ", max=2047MiB");
    }
    return (int) bytes;
  }
}
