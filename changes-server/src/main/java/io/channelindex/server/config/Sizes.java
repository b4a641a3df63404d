package io.channelindex.server.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sizes as people write them: {@code 512}, {@code 16KiB}, {@code 4MiB}, {@code 2GiB}. */
final class Sizes {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*(KiB|MiB|GiB|B)?");

  private Sizes() {}

  /** A size that an array can have. */
  static int parse(String text) {
    long bytes = parseLarge(text);
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("out of range: size=" + text + ", max=2047MiB");
    }
    return (int) bytes;
  }

  /** Any size. */
  static long parseLarge(String text) {
    Matcher matcher = FORM.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not a size: value=" + text + ", for example 512, 16KiB, 4MiB, 2GiB");
    }
    return Long.parseLong(matcher.group(1)) * factor(matcher.group(2));
  }

  private static long factor(@Nullable String unit) {
    if (unit == null) {
      return 1;
    }
    return switch (unit) {
      case "GiB" -> 1 << 30;
      case "MiB" -> 1 << 20;
      case "KiB" -> 1 << 10;
      default -> 1;
    };
  }
}
