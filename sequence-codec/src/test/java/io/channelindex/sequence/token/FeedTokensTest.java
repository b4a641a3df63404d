package io.channelindex.sequence.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.sequence.Clocks;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.FeedToken.Stage;
import io.channelindex.sequence.token.TokenException.Reason;
import io.channelindex.sequence.token.TokenSettings.Strategy;
import io.channelindex.sequence.token.TokenText.Seal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the tokens of every strategy do. */
class FeedTokensTest {
  private static final long DATABASE = 0x0123456789abcdefL;
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  /** A feed that stands at {@code since}, or is on its way. */
  record Sample(
      Strategy strategy,
      TokenScope scope,
      ClockSpan since,
      ClockSpan upper,
      SequenceClock base,
      int vbucket,
      long seqno,
      @Nullable String document,
      boolean caughtUp) {}

  @Provide
  Arbitrary<Sample> samples() {
    return Arbitraries.of(1, 2, 64, 128, 1024).flatMap(FeedTokensTest::samplesOf);
  }

  @Provide
  Arbitrary<Sample> shortSamples() {
    return Arbitraries.of(1, 2, 3).flatMap(FeedTokensTest::samplesOf);
  }

  private static Arbitrary<Sample> samplesOf(int vbuckets) {
    return Combinators.combine(
            Arbitraries.of(Strategy.class),
            Clocks.ofVbuckets(vbuckets),
            Clocks.ofVbuckets(vbuckets),
            Clocks.ofVbuckets(vbuckets),
            Arbitraries.longs(),
            Arbitraries.strings().excludeChars('\0').ofMaxLength(20).injectNull(0.7))
        .as(FeedTokensTest::sample);
  }

  private static Sample sample(
      Strategy strategy,
      SequenceClock base,
      SequenceClock one,
      SequenceClock two,
      long seed,
      @Nullable String document) {
    SplittableRandom random = new SplittableRandom(seed);
    SequenceClock since = base.merge(one);
    SequenceClock upper = since.merge(two);
    ClockSpan sinceSpan = new ClockSpan(between(base, since, random), since);
    int vbucket = random.nextInt(base.vbuckets());
    long seqno = upper.seqno(vbucket);
    SequenceClock upperLow =
        sinceSpan.low().merge(between(since, upper, random)).with(vbucket, seqno);
    return new Sample(
        strategy,
        new TokenScope(random.nextLong(), random.nextInt(1 << 24)),
        sinceSpan,
        random.nextBoolean() ? ClockSpan.exactly(upper) : new ClockSpan(upperLow, upper),
        base,
        vbucket,
        seqno,
        text(document),
        random.nextInt(3) == 0);
  }

  private static SequenceClock between(
      SequenceClock low, SequenceClock high, SplittableRandom random) {
    long[] seqnos = low.toArray();
    for (int i = 0; i < seqnos.length; i++) {
      long room = high.seqno(i) - seqnos[i];
      switch (random.nextInt(3)) {
        case 0 -> seqnos[i] += room;
        case 1 -> seqnos[i] += room == 0 ? 0 : Long.remainderUnsigned(random.nextLong(), room);
        default -> {}
      }
    }
    return SequenceClock.of(seqnos);
  }

  /** Without halves of surrogate pairs, which no document id has. */
  private static @Nullable String text(@Nullable String any) {
    return any == null
        ? null
        : new String(any.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof TokenException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static FeedTokens tokens(Strategy strategy, int vbuckets, MemoryClockStore store) {
    return new FeedTokens(DATABASE, vbuckets, TokenSettings.DEFAULT.with(strategy), store, store);
  }

  private static String make(Sample sample, FeedTokens tokens) {
    // So that there is a base clock.
    get(tokens.caughtUp(sample.scope(), ClockSpan.exactly(sample.base())));
    return sample.caughtUp()
        ? get(tokens.caughtUp(sample.scope(), sample.since()))
        : get(tokens.iteration(sample.scope(), sample.since(), sample.upper()))
            .at(sample.vbucket(), sample.seqno(), sample.document());
  }

  @Property(tries = 500)
  void everyTokenComesBackOnEveryServerWhateverItsStrategy(@ForAll("samples") Sample sample) {
    MemoryClockStore store = new MemoryClockStore();
    int vbuckets = sample.base().vbuckets();
    FeedTokens tokens = tokens(sample.strategy(), vbuckets, store);

    String text = make(sample, tokens);

    assertThat(text).matches("[A-Za-z0-9_-]+").doesNotMatch("[0-9]+");
    assertThat(text.length()).isLessThanOrEqualTo(TokenText.MAX_CHARACTERS);
    assertIs(sample, get(tokens.parse(text)));
    assertIs(sample, get(tokens(Strategy.STATELESS, vbuckets, store).parse(text)));
  }

  @Property(tries = 300)
  void everyTokenOfABackfillComesBackExactly(@ForAll("samples") Sample sample) {
    MemoryClockStore store = new MemoryClockStore();
    int vbuckets = sample.base().vbuckets();
    SequenceClock since = sample.since().high();
    SequenceClock upper = sample.upper().high();
    long seqno = sample.base().seqno(sample.vbucket());

    String text =
        get(tokens(sample.strategy(), vbuckets, store).backfill(sample.scope(), since, upper))
            .at(sample.vbucket(), seqno, sample.document());

    assertThat(text.length()).isLessThanOrEqualTo(TokenText.MAX_CHARACTERS);
    assertThat(get(tokens(Strategy.STATELESS, vbuckets, store).parse(text)))
        .isEqualTo(
            new FeedToken(
                DATABASE,
                sample.scope(),
                ClockSpan.exactly(since),
                new FeedToken.Iteration(
                    upper, Stage.BACKFILL, sample.vbucket(), seqno, sample.document())));
  }

  private static void assertIs(Sample sample, FeedToken token) {
    assertThat(token.database()).isEqualTo(DATABASE);
    assertThat(token.scope()).isEqualTo(sample.scope());
    assertWithin(sample.since(), token.since());
    assertWithin(sample.since(), token.span().low());
    FeedToken.Iteration row = token.iteration();
    if (sample.caughtUp()) {
      assertThat(row).isNull();
    } else {
      assertWithin(sample.upper(), row.upper());
      assertThat(row.vbucket()).isEqualTo(sample.vbucket());
      assertThat(row.seqno()).isEqualTo(sample.seqno());
      assertThat(row.document()).isEqualTo(sample.document());
    }
  }

  /** Anywhere in the span is right: the feed's channels have nothing there. */
  private static void assertWithin(ClockSpan span, SequenceClock clock) {
    assertThat(clock.covers(span.low())).isTrue();
    assertThat(span.high().covers(clock)).isTrue();
  }

  @Property(tries = 100)
  void everyTruncationIsRefused(@ForAll("shortSamples") Sample sample) {
    MemoryClockStore store = new MemoryClockStore();
    FeedTokens tokens = tokens(sample.strategy(), sample.base().vbuckets(), store);
    String text = make(sample, tokens);
    for (int length = 0; length < text.length(); length++) {
      assertRefused(tokens, text.substring(0, length), Reason.MALFORMED);
    }
  }

  @Property(tries = 20)
  void everyCharacterThatIsMangledIsRefusedWithoutAskingTheStore(
      @ForAll("shortSamples") Sample sample) {
    MemoryClockStore store = new MemoryClockStore();
    FeedTokens tokens = tokens(sample.strategy(), sample.base().vbuckets(), store);
    String text = make(sample, tokens);
    FeedTokens other = tokens(sample.strategy(), sample.base().vbuckets(), store);
    int before = store.operations();
    for (int at = 0; at < text.length(); at++) {
      for (char letter : (ALPHABET + "=+/ \n%0\u0141").toCharArray()) {
        if (letter != text.charAt(at)) {
          String mangled = text.substring(0, at) + letter + text.substring(at + 1);
          assertRefused(other, mangled, Reason.MALFORMED);
        }
      }
      assertRefused(other, text.substring(0, at) + 'A' + text.substring(at), Reason.MALFORMED);
    }
    assertRefused(other, text + "=", Reason.MALFORMED);
    assertThat(store.operations()).isEqualTo(before);
  }

  /** As a forger would: the checksum is right, what it checks is not. */
  @Property(tries = 3000)
  void whatHasTheRightChecksumIsAValidTokenOrRefused(
      @ForAll("shortSamples") Sample sample, @ForAll long seed) {
    MemoryClockStore store = new MemoryClockStore();
    int vbuckets = sample.base().vbuckets();
    FeedTokens tokens = tokens(sample.strategy(), vbuckets, store);
    byte[] bytes = Base64.getUrlDecoder().decode(make(sample, tokens));
    SplittableRandom random = new SplittableRandom(seed);
    byte[] forged = Arrays.copyOf(bytes, bytes.length + random.nextInt(-2, 3));
    for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
      forged[random.nextInt(forged.length)] = (byte) (random.nextInt() >> random.nextInt(30));
    }
    try {
      FeedToken parsed = get(tokens.parse(sealed(forged)));
      String again =
          get(tokens(Strategy.STATELESS, vbuckets, store).caughtUp(parsed.scope(), parsed.span()));
      assertThat(get(tokens.parse(again)).since()).isEqualTo(parsed.since());
    } catch (TokenException refused) {
      assertThat(refused.getMessage().length()).isLessThan(300);
    }
  }

  private static String sealed(byte[] bytes) {
    int form = (bytes[0] & 0xff) >>> 4;
    Seal seal = form > LookupTokens.FORM ? RelativeTokens.SEAL : StatelessTokens.SEAL;
    int end = bytes.length - seal.bytes();
    ByteBuffer sealed = ByteBuffer.wrap(bytes).position(end);
    seal.put(sealed, Crc32c.of(bytes, end));
    return TokenText.of(bytes);
  }

  static void assertRefused(TokenStrategy tokens, String text, Reason reason) {
    assertThatThrownBy(() -> get(tokens.parse(text)))
        .as(text)
        .isInstanceOfSatisfying(
            TokenException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void tokensOfOthersAreForeignOnlyIfTheyAreWhole(Strategy strategy) {
    MemoryClockStore store = new MemoryClockStore();
    TokenScope scope = new TokenScope(9, 5);
    ClockSpan at = ClockSpan.exactly(SequenceClock.of(1, 2, 3));
    TokenSettings settings = TokenSettings.DEFAULT.with(strategy);
    String other = get(new FeedTokens(7, 3, settings, store, store).caughtUp(scope, at));
    FeedTokens tokens = tokens(strategy, 3, new MemoryClockStore());

    assertRefused(tokens, other, Reason.FOREIGN);
    assertRefused(tokens, other.replace(other.charAt(3), 'x'), Reason.MALFORMED);
  }

  @Test
  void otherVbucketsUnknownFormsAndGiantsAreRefused() {
    FeedTokens tokens = tokens(Strategy.STATELESS, 3, new MemoryClockStore());
    TokenScope scope = new TokenScope(9, 5);
    String wider =
        get(
            tokens(Strategy.STATELESS, 4, new MemoryClockStore())
                .caughtUp(scope, ClockSpan.exactly(SequenceClock.of(1, 2, 3, 4))));
    byte[] bytes =
        Base64.getUrlDecoder()
            .decode(get(tokens.caughtUp(scope, ClockSpan.exactly(SequenceClock.of(1, 2, 3)))));
    byte[] form = bytes.clone();
    form[0] = 0x50;
    byte[] detail = bytes.clone();
    detail[0] = 0x15;
    byte[] codec = bytes.clone();
    codec[17] = 9;

    assertRefused(tokens, wider, Reason.FOREIGN);
    assertRefused(tokens, sealed(form), Reason.MALFORMED);
    assertRefused(tokens, sealed(detail), Reason.MALFORMED);
    assertRefused(tokens, sealed(codec), Reason.MALFORMED);
    assertRefused(tokens, "", Reason.MALFORMED);
    assertRefused(tokens, "0", Reason.MALFORMED);
    assertRefused(tokens, "now", Reason.MALFORMED);
    for (char form1 : new char[] {'E', 'I', 'M', 'Q'}) {
      String giant = String.valueOf(form1).repeat(TokenText.MAX_CHARACTERS + 4);
      assertRefused(tokens, giant, Reason.MALFORMED);
    }
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void whatIsNoPlaceInTheIterationIsRefusedWhenWritten(Strategy strategy) {
    FeedTokens tokens = tokens(strategy, 2, new MemoryClockStore());
    TokenScope scope = new TokenScope(1, 1);
    ClockSpan since = ClockSpan.exactly(SequenceClock.of(5, 5));
    ClockSpan upper = ClockSpan.exactly(SequenceClock.of(5, 9));
    IterationTokens rows = get(tokens.iteration(scope, since, upper));

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
    IterationTokens backfill = get(tokens.backfill(scope, since.high(), upper.high()));
    assertThatThrownBy(() -> backfill.at(1, 6, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("position outside of its iteration: vbucket=1, seqno=6, since=0, upper=5");
    assertThatThrownBy(() -> get(tokens.backfill(scope, upper.high(), since.high())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> get(tokens.iteration(scope, upper, since)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> get(tokens.caughtUp(scope, ClockSpan.exactly(SequenceClock.of(1)))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLongestTokenFits() {
    long[] wide = new long[1024];
    SplittableRandom random = new SplittableRandom(1);
    Arrays.setAll(wide, i -> random.nextLong() >>> 1);
    SequenceClock since = SequenceClock.of(wide);
    Arrays.setAll(wide, i -> wide[i] + (random.nextLong() >>> 1));
    FeedTokens tokens = tokens(Strategy.STATELESS, 1024, new MemoryClockStore());
    String text =
        get(tokens.iteration(
                new TokenScope(1, 1),
                ClockSpan.exactly(since),
                ClockSpan.exactly(SequenceClock.of(wide))))
            .at(0, wide[0], "\u20ac".repeat(IterationTokens.MAX_DOCUMENT_BYTES / 3));

    assertThat(text.length()).isBetween(20_000, TokenText.MAX_CHARACTERS);
    assertThat(get(tokens.parse(text)).since()).isEqualTo(since);
  }

  @Test
  void aDigestOfChannelsIsThatOfTheirSet() {
    int digest = TokenScope.channels(List.of("a", "b"));

    assertThat(TokenScope.channels(List.of("b", "a"))).isEqualTo(digest);
    assertThat(TokenScope.channels(List.of("ab"))).isNotEqualTo(digest);
    assertThat(TokenScope.channels(List.of("a", "b", "c"))).isNotEqualTo(digest);
    // Stored in tokens: the same for ever.
    assertThat(TokenScope.channels(List.of("*"))).isEqualTo(DIGEST_OF_STAR);
  }

  private static final int DIGEST_OF_STAR = 14139438;
}
