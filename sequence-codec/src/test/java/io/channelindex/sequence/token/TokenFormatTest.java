package io.channelindex.sequence.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.Clocks;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.TokenException.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenFormatTest {
  private static final long DATABASE = 0x0123456789abcdefL;
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  @Provide
  Arbitrary<FeedToken> tokens() {
    return Arbitraries.of(1, 2, 64, 128, 1024).flatMap(TokenFormatTest::tokensOf);
  }

  @Provide
  Arbitrary<FeedToken> shortTokens() {
    return Arbitraries.of(1, 2, 3).flatMap(TokenFormatTest::tokensOf);
  }

  private static Arbitrary<FeedToken> tokensOf(int vbuckets) {
    return Combinators.combine(
            Clocks.ofVbuckets(vbuckets),
            Clocks.ofVbuckets(vbuckets),
            Arbitraries.longs(),
            Arbitraries.strings().excludeChars('\0').ofMaxLength(20).injectNull(0.7))
        .as((since, other, seed, document) -> token(since, other, seed, document));
  }

  private static FeedToken token(
      SequenceClock since, SequenceClock other, long seed, @Nullable String document) {
    SplittableRandom random = new SplittableRandom(seed);
    long branches = random.nextLong();
    if (random.nextInt(3) == 0) {
      return new FeedToken(DATABASE, branches, since, null);
    }
    SequenceClock upper = since.merge(other);
    int vbucket = random.nextInt(since.vbuckets());
    long room = upper.seqno(vbucket) - since.seqno(vbucket);
    long step =
        room == -1 ? random.nextLong() : Long.remainderUnsigned(random.nextLong(), room + 1);
    return new FeedToken(
        DATABASE,
        branches,
        since,
        new FeedToken.Iteration(upper, vbucket, since.seqno(vbucket) + step, text(document)));
  }

  /** Without halves of surrogate pairs, which no document id has. */
  private static @Nullable String text(@Nullable String any) {
    return any == null
        ? null
        : new String(
            any.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            java.nio.charset.StandardCharsets.UTF_8);
  }

  private static TokenFormat format(FeedToken token) {
    return new TokenFormat(DATABASE, token.since().vbuckets());
  }

  @Property
  void everyTokenComesBackAndIsUrlSafe(@ForAll("tokens") FeedToken token) {
    String text = format(token).format(token);

    assertThat(format(token).parse(text)).isEqualTo(token);
    assertThat(text).matches("[A-Za-z0-9_-]+").doesNotMatch("[0-9]+");
    assertThat(text.length()).isLessThanOrEqualTo(TokenFormat.MAX_CHARACTERS);
  }

  @Property(tries = 300)
  void everyTruncationIsRefused(@ForAll("shortTokens") FeedToken token) {
    String text = format(token).format(token);
    for (int length = 0; length < text.length(); length++) {
      assertRefused(format(token), text.substring(0, length), Reason.MALFORMED);
    }
  }

  @Property(tries = 20)
  void everyCharacterThatIsMangledIsRefused(@ForAll("shortTokens") FeedToken token) {
    String text = format(token).format(token);
    for (int at = 0; at < text.length(); at++) {
      for (char other : (ALPHABET + "=+/ \n%0\u0141").toCharArray()) {
        if (other != text.charAt(at)) {
          String mangled = text.substring(0, at) + other + text.substring(at + 1);
          assertRefused(format(token), mangled, Reason.MALFORMED);
        }
      }
      assertRefused(
          format(token), text.substring(0, at) + 'A' + text.substring(at), Reason.MALFORMED);
    }
    assertRefused(format(token), text + "=", Reason.MALFORMED);
  }

  @Property(tries = 50)
  void everyByteThatIsCorruptedInALongTokenIsRefused(@ForAll("tokens") FeedToken token) {
    byte[] bytes = Base64.getUrlDecoder().decode(format(token).format(token));
    for (int at = 0; at < bytes.length; at++) {
      byte[] corrupted = bytes.clone();
      corrupted[at] ^= (byte) (1 << (at & 7));
      assertRefused(format(token), text(corrupted), Reason.MALFORMED);
    }
  }

  /** As a forger would: the checksum is right, what it checks is not. */
  @Property(tries = 2000)
  void whatHasTheRightChecksumIsAValidTokenOrRefused(
      @ForAll("shortTokens") FeedToken token, @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = Base64.getUrlDecoder().decode(format(token).format(token));
    byte[] forged = Arrays.copyOf(bytes, bytes.length + random.nextInt(-2, 3));
    for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
      forged[random.nextInt(17, forged.length)] = (byte) (random.nextInt() >> random.nextInt(30));
    }
    FeedToken parsed;
    try {
      parsed = format(token).parse(text(checked(forged)));
    } catch (TokenException refused) {
      assertThat(refused.getMessage().length()).isLessThan(300);
      return;
    }
    assertThat(format(token).parse(format(token).format(parsed))).isEqualTo(parsed);
  }

  private static byte[] checked(byte[] bytes) {
    int end = bytes.length - TokenFormat.CHECKSUM_BYTES;
    ByteBuffer.wrap(bytes).putInt(end, Crc32c.of(bytes, end));
    return bytes;
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static void assertRefused(TokenFormat format, String text, Reason reason) {
    assertThatThrownBy(() -> format.parse(text))
        .as(text)
        .isInstanceOfSatisfying(
            TokenException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Property(tries = 200)
  void rowsOfOneIterationHaveTheBytesOfTheGeneralForm(@ForAll("tokens") FeedToken token) {
    FeedToken.Iteration iteration = token.iteration();
    TokenFormat format = format(token);
    if (iteration == null) {
      assertThat(format.caughtUp(token.branches(), token.since())).isEqualTo(format.format(token));
      return;
    }
    IterationTokens rows = format.iteration(token.branches(), token.since(), iteration.upper());
    SequenceClock upper = iteration.upper();
    for (int vbucket = 0; vbucket < upper.vbuckets(); vbucket += 17) {
      FeedToken row =
          new FeedToken(
              DATABASE,
              token.branches(),
              token.since(),
              new FeedToken.Iteration(upper, vbucket, upper.seqno(vbucket), iteration.document()));
      String text = rows.at(vbucket, upper.seqno(vbucket), iteration.document());
      assertThat(text).isEqualTo(format.format(row));
      assertThat(format.parse(text)).isEqualTo(row);
    }
  }

  @Test
  void tokensOfOthersAreForeignOnlyIfTheyAreWhole() {
    SequenceClock clock = SequenceClock.of(1, 2, 3);
    String other = new TokenFormat(7, 3).caughtUp(9, clock);
    String wider = new TokenFormat(DATABASE, 4).caughtUp(9, SequenceClock.of(1, 2, 3, 4));
    TokenFormat format = new TokenFormat(DATABASE, 3);

    assertRefused(format, other, Reason.FOREIGN);
    assertRefused(format, wider, Reason.FOREIGN);
    assertRefused(format, other.replace(other.charAt(9), 'x'), Reason.MALFORMED);
  }

  @Test
  void otherVersionsFormsAndGiantsAreMalformed() {
    TokenFormat format = new TokenFormat(DATABASE, 3);
    byte[] bytes = Base64.getUrlDecoder().decode(format.caughtUp(9, SequenceClock.of(1, 2, 3)));
    byte[] version = bytes.clone();
    version[0] = 2;
    byte[] form = bytes.clone();
    form[17] = 3;
    byte[] codec = bytes.clone();
    codec[18] = 9;

    assertRefused(format, text(checked(version)), Reason.MALFORMED);
    assertRefused(format, text(checked(form)), Reason.MALFORMED);
    assertRefused(format, text(checked(codec)), Reason.MALFORMED);
    assertRefused(format, "", Reason.MALFORMED);
    assertRefused(format, "0", Reason.MALFORMED);
    assertRefused(format, "now", Reason.MALFORMED);
    assertRefused(format, "A".repeat(TokenFormat.MAX_CHARACTERS + 4), Reason.MALFORMED);
  }

  @Test
  void whatIsNoPlaceInTheIterationIsRefusedWhenWritten() {
    TokenFormat format = new TokenFormat(DATABASE, 2);
    SequenceClock since = SequenceClock.of(5, 5);
    SequenceClock upper = SequenceClock.of(5, 9);
    IterationTokens rows = format.iteration(1, since, upper);

    assertThatThrownBy(() -> rows.at(1, 10, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("position outside of its iteration: vbucket=1, seqno=10, since=5, upper=9");
    assertThatThrownBy(() -> rows.at(1, 4, null)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> rows.at(2, 5, null)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> rows.at(1, 7, "x".repeat(1025)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("document id too long: bytes=1025, max=1024");
    assertThatThrownBy(() -> rows.at(1, 7, "half \ud800"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> format.iteration(1, upper, since))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> format.caughtUp(1, SequenceClock.of(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> format.format(new FeedToken(7, 1, since, null)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TokenFormat(7, 1025)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLongestTokenFits() {
    long[] wide = new long[1024];
    SplittableRandom random = new SplittableRandom(1);
    Arrays.setAll(wide, i -> random.nextLong() >>> 1);
    SequenceClock since = SequenceClock.of(wide);
    Arrays.setAll(wide, i -> wide[i] + (random.nextLong() >>> 1));
    TokenFormat format = new TokenFormat(DATABASE, 1024);
    String text =
        format
            .iteration(1, since, SequenceClock.of(wide))
            .at(0, wide[0], "\u20ac".repeat(TokenFormat.MAX_DOCUMENT_BYTES / 3));

    assertThat(text.length()).isBetween(20_000, TokenFormat.MAX_CHARACTERS);
    assertThat(format.parse(text).since()).isEqualTo(since);
  }

  /** Texts that clients keep for years: never change these, add a version. */
  @Test
  void theTextsAreThoseOfTheFormat() {
    SequenceClock since = SequenceClock.of(300, 301, 302, 303, 307);
    SequenceClock upper = since.with(2, 310);
    SequenceClock zero = SequenceClock.zero(5);
    assertText(
        new FeedToken(DATABASE, 0x1122334455667788L, since, null),
        "AQEjRWeJq83vESIzRFVmd4gAAQsAA6wCiHZEjlRW");
    assertText(
        new FeedToken(DATABASE, -1, since, new FeedToken.Iteration(upper, 2, 305, null)),
        "AQEjRWeJq83v__________8BAQsAA6wCiHYBCwAEAAAIAAIDAPLrlc8");
    assertText(
        new FeedToken(DATABASE, -1, zero, new FeedToken.Iteration(since, 4, 7, "d\u00f6c")),
        "AQEjRWeJq83v__________8BAQoBCwADrAKIdgQHBWTDtmPPOkap");
  }

  private static void assertText(FeedToken token, String text) {
    assertThat(format(token).format(token)).isEqualTo(text);
    assertThat(format(token).parse(text)).isEqualTo(token);
  }

  @Test
  void sizesOfTypicalTokens() {
    SequenceClock since = Clocks.uniform(100_000_000, 1024, 1);
    SequenceClock upper = since.with(3, since.seqno(3) + 2).with(800, since.seqno(800) + 1);
    TokenFormat format = new TokenFormat(DATABASE, 1024);
    String caughtUp = format.caughtUp(1, since);
    String row = format.iteration(1, since, upper).at(3, upper.seqno(3), null);
    String first = format.iteration(1, SequenceClock.zero(1024), since).at(3, since.seqno(3), null);
    System.out.printf(
        "token characters: caughtUp=%d, row=%d, row of since=0: %d%n",
        caughtUp.length(), row.length(), first.length());

    assertThat(caughtUp.length()).isLessThan(2100);
    assertThat(row.length()).isLessThan(caughtUp.length() + 30);
    assertThat(first.length()).isLessThan(caughtUp.length() + 16);
  }
}
