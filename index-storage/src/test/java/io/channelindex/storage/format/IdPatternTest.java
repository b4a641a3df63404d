package io.channelindex.storage.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** Patterns of ids, beside regular expressions that say the same. */
class IdPatternTest {
  private static final String DIGITS = "([0-9]{1,18})";
  private static final Pattern PARTS = Pattern.compile("[0-9]+|[^0-9]+");

  @Provide
  Arbitrary<String> ids() {
    Arbitrary<String> parts =
        Arbitraries.of(
            "user::", "doc-", ":", "/", "::profile::of", "é", "x", "-", "rather-long-words-", "");
    Arbitrary<String> numbers =
        Arbitraries.of("0", "17", "00123", "12345678", "1234567890123456", "9".repeat(18));
    return parts
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .flatMap(
            texts -> numbers.list().ofSize(texts.size()).map(digits -> interleave(texts, digits)));
  }

  private static String interleave(List<String> texts, List<String> digits) {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < texts.size(); i++) {
      id.append(texts.get(i)).append(i % 2 == 0 ? digits.get(i) : "");
    }
    return id.append('a').toString();
  }

  @Property(tries = 3_000)
  void matchesWhatARegularExpressionMatches(@ForAll @From("ids") String id, @ForAll Random random) {
    IdSpans ids = spans(id, changed(id, random));
    ids.findFields(0);
    IdPattern pattern = IdPattern.of(ids, 0);
    Statistics.label("pattern").collect(pattern != null);
    if (pattern == null) {
      return;
    }
    StringBuilder regex = new StringBuilder();
    for (int piece = 0; piece <= pattern.fields(); piece++) {
      String text = new String(ids.piece(0, piece), StandardCharsets.ISO_8859_1);
      regex.append(piece == 0 ? "" : DIGITS).append(Pattern.quote(text));
    }
    Pattern expected = Pattern.compile(regex.toString(), Pattern.DOTALL);

    assertThat(ids.findNumbers(0, pattern)).isTrue();
    ids.makeWhole(1);
    int start = ids.from(1, 0);
    int end = ids.to(1, 0);
    String other = new String(ids.bytes(), start, end - start, StandardCharsets.ISO_8859_1);
    Matcher matcher = expected.matcher(other);
    boolean matches = ids.findNumbers(1, pattern);
    Statistics.label("matches").collect(matches);
    assertThat(matches).as("%s, like %s", other, id).isEqualTo(matcher.matches());
    for (int field = 0; matches && field < pattern.fields(); field++) {
      assertThat(ids.kind(1, field)).isEqualTo(IdFields.DECIMAL);
      assertThat(ids.from(1, field) - start).isEqualTo(matcher.start(field + 1));
      assertThat(ids.to(1, field) - start).isEqualTo(matcher.end(field + 1));
    }
  }

  /** Other numbers, or one character that is another, is gone or is one more; or both. */
  private static String changed(String id, Random random) {
    StringBuilder other = new StringBuilder();
    for (String part : PARTS.matcher(id).results().map(MatchResult::group).toList()) {
      boolean number = Character.isDigit(part.charAt(0)) && random.nextInt(4) > 0;
      other.append(number ? digits(1 + random.nextInt(19), random) : part);
    }
    int at = random.nextInt(other.length());
    String character = "0a:é-/9".substring(random.nextInt(7)).substring(0, 1);
    switch (random.nextInt(6)) {
      case 0 -> other.replace(at, at + 1, character);
      case 1 -> other.insert(at, character);
      case 2 -> other.deleteCharAt(at).append('b');
      default -> {}
    }
    return other.toString();
  }

  private static String digits(int count, Random random) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < count; i++) {
      digits.append((char) ('0' + random.nextInt(10)));
    }
    return digits.toString();
  }

  /** Every byte that UTF-8 has, at every place behind a number. */
  @Example
  void everyByteButADigitEndsANumber() {
    for (char other = 0; other < 0x800; other++) {
      for (int length = 1; length <= 18; length++) {
        boolean digit = other >= '0' && other <= '9';
        IdSpans ids = spans("x1" + (digit ? "" : other), "x" + "7".repeat(length) + other);
        ids.findFields(0);
        IdPattern pattern = Objects.requireNonNull(IdPattern.of(ids, 0));
        boolean matches = ids.findNumbers(1, pattern);
        assertThat(matches)
            .as("%d behind %d digits", (int) other, length)
            .isEqualTo(!digit || length < 18);
        if (matches) {
          assertThat(ids.to(1, 0) - ids.from(1, 0)).isEqualTo(digit ? length + 1 : length);
        }
      }
    }
  }

  @Example
  void otherFieldsHaveNoPattern() {
    String uuid = "123e4567-e89b-12d3-a456-426614174000";
    IdSpans ids = spans("words", "user::17::" + uuid, "deadbeef00", "a:1:b:2");
    for (int id = 0; id < ids.size(); id++) {
      ids.findFields(id);
    }
    assertThat(IdPattern.of(ids, 0)).isNull();
    assertThat(IdPattern.of(ids, 1)).isNull();
    assertThat(IdPattern.of(ids, 2)).isNull();
    assertThat(IdPattern.of(ids, 3)).isNotNull();
  }

  private static IdSpans spans(String... ids) {
    List<Entry> entries =
        List.of(ids).stream().map(id -> new Entry(id, "1-aa", 1, 1, 1, EntryState.ACTIVE)).toList();
    return new IdSpans(entries);
  }
}
