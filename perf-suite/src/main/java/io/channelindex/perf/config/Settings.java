package io.channelindex.perf.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The settings that somebody gave, by name, not yet judged: turns text into values and says which
 * setting a malformed text belongs to. Ranges are the business of the records that take the values.
 */
final class Settings {
  private static final String ALL = "all";

  private final EnumMap<Setting, String> given = new EnumMap<>(Setting.class);

  /**
   * @param properties any properties; those that do not begin with {@code perf.} are ignored
   * @throws InvalidSettingException if a {@code perf.} property is not a setting
   */
  Settings(Map<String, String> properties) {
    properties.forEach(
        (key, value) -> {
          if (Setting.claims(key)) {
            given.put(Setting.ofKey(key).orElseThrow(() -> unknown(key)), value.strip());
          }
        });
  }

  Optional<String> text(Setting setting) {
    return Optional.ofNullable(given.get(setting)).filter(value -> !value.isEmpty());
  }

  int integer(Setting setting, int otherwise) {
    return text(setting).map(value -> parseInteger(setting, value)).orElse(otherwise);
  }

  long longInteger(Setting setting, long otherwise) {
    Optional<String> value = text(setting);
    try {
      return value.isPresent() ? Long.parseLong(plain(value.get())) : otherwise;
    } catch (NumberFormatException e) {
      throw malformed(setting, value.orElseThrow(), "a whole number");
    }
  }

  /** Seconds as a decimal number, to the millisecond. */
  Duration seconds(Setting setting, Duration otherwise) {
    Optional<String> value = text(setting);
    try {
      return value
          .map(text -> Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000)))
          .orElse(otherwise);
    } catch (NumberFormatException e) {
      throw malformed(setting, value.orElseThrow(), "a number of seconds");
    }
  }

  List<String> list(Setting setting) {
    return text(setting)
        .map(value -> Arrays.stream(value.split(",")).map(String::strip).toList())
        .orElse(List.of());
  }

  List<Integer> integers(Setting setting, List<Integer> otherwise) {
    List<String> values = list(setting);
    return values.isEmpty()
        ? otherwise
        : values.stream().map(value -> parseInteger(setting, value)).toList();
  }

  /**
   * Names out of those that are known, each once; {@code all} stands for all of them.
   *
   * @throws InvalidSettingException if one is not known, with the nearest that are
   */
  List<String> names(Setting setting, List<String> known, List<String> otherwise) {
    List<String> given = list(setting);
    if (given.isEmpty()) {
      return otherwise;
    }
    if (given.equals(List.of(ALL))) {
      return known;
    }
    for (String name : given) {
      if (!known.contains(name)) {
        throw new InvalidSettingException(
            "unknown value: "
                + setting.key()
                + "="
                + name
                + ", nearest="
                + Nearest.to(name, known)
                + ", or "
                + ALL);
      }
    }
    return given.stream().distinct().toList();
  }

  /** A constant of an enum by its lower-case name. */
  <E extends Enum<E>> Optional<E> choice(Setting setting, Class<E> type) {
    return text(setting)
        .map(
            value ->
                Arrays.stream(type.getEnumConstants())
                    .filter(constant -> constant.name().equals(value.toUpperCase(Locale.ROOT)))
                    .findFirst()
                    .orElseThrow(() -> malformed(setting, value, "one of " + names(type))));
  }

  private static int parseInteger(Setting setting, String value) {
    try {
      return Integer.parseInt(plain(value));
    } catch (NumberFormatException e) {
      throw malformed(setting, value, "a whole number");
    }
  }

  /** Numbers may be grouped as people group them: 1_000_000. */
  private static String plain(String number) {
    return number.replace("_", "");
  }

  private static <E extends Enum<E>> List<String> names(Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
        .toList();
  }

  private static InvalidSettingException malformed(Setting setting, String value, String wanted) {
    String shown = setting == Setting.PASSWORD ? "…" : value;
    return new InvalidSettingException(
        "malformed setting: " + setting.key() + "=" + shown + ", expected " + wanted);
  }

  private static InvalidSettingException unknown(String key) {
    List<String> keys = Arrays.stream(Setting.values()).map(Setting::key).toList();
    return new InvalidSettingException(
        "unknown setting: name=" + key + ", nearest=" + Nearest.to(key, keys));
  }
}
