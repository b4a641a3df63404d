package io.channelindex.sequence.token;

import static io.channelindex.sequence.token.FeedTokensTest.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.token.FeedToken.Stage;
import io.channelindex.sequence.token.TokenSettings.Strategy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Tokens that clients have held since the first version, and what was stored for them: they are
 * read for ever, whatever else changes. A line is {@code <strategy> caught-up|row|backfill <text>},
 * or {@code <strategy> stored <name> <bytes>}.
 */
class GoldenTokensTest {
  private static final TokenScope SCOPE = new TokenScope(0x0123456789abcdefL, 0x42);
  private static final SequenceClock BASE =
      SequenceClock.of(100_000, 99_812, 100_345, 0, 99_999, 101_010, 98_765, -1L);
  private static final SequenceClock SINCE = BASE.with(2, 100_350).with(6, 98_800);
  private static final SequenceClock UPPER = SINCE.with(0, 100_020).with(5, 101_011);

  private static List<String> golden() throws IOException {
    try (InputStream file = GoldenTokensTest.class.getResourceAsStream("golden-tokens.txt")) {
      Objects.requireNonNull(file, "golden-tokens.txt");
      return new String(file.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  private static FeedTokens server(Strategy strategy, MemoryClockStore store) {
    return new FeedTokens(0xfeedL, 8, TokenSettings.DEFAULT.with(strategy), store, store);
  }

  private static List<String> written() {
    List<String> lines = new ArrayList<>();
    for (Strategy strategy : Strategy.values()) {
      MemoryClockStore store = new MemoryClockStore();
      FeedTokens tokens = server(strategy, store);
      // The first of all becomes the base, where there is one.
      get(tokens.caughtUp(SCOPE, ClockSpan.exactly(BASE)));
      String caughtUp = get(tokens.caughtUp(SCOPE, ClockSpan.exactly(SINCE)));
      IterationTokens rows =
          get(tokens.iteration(SCOPE, ClockSpan.exactly(SINCE), ClockSpan.exactly(UPPER)));
      lines.add(strategy + " caught-up " + caughtUp);
      lines.add(strategy + " row " + rows.at(5, 101_011, "döc"));
      IterationTokens backfill = get(tokens.backfill(SCOPE, SINCE, UPPER));
      lines.add(strategy + " backfill " + backfill.at(2, 77, "döc"));
      new TreeMap<>(store.contents())
          .forEach(
              (name, content) ->
                  lines.add(
                      strategy + " stored " + name + " " + HexFormat.of().formatHex(content)));
    }
    return lines;
  }

  @Test
  void tokensAreStillWrittenLikeThis() throws IOException {
    assertThat(written()).containsExactlyElementsOf(golden());
  }

  @Test
  void tokensOfTheFirstVersionAreReadByEveryServer() throws IOException {
    Map<String, MemoryClockStore> stores = new TreeMap<>();
    for (String line : golden()) {
      String[] words = line.split(" ", -1);
      if (words[1].equals("stored")) {
        stores
            .computeIfAbsent(words[0], strategy -> new MemoryClockStore())
            .poke(words[2], HexFormat.of().parseHex(words[3]));
      }
    }
    for (String line : golden()) {
      String[] words = line.split(" ", -1);
      MemoryClockStore store = stores.getOrDefault(words[0], new MemoryClockStore());
      for (Strategy strategy : Strategy.values()) {
        if (!words[1].equals("stored")) {
          assertReads(get(server(strategy, store).parse(words[2])), words[1]);
        }
      }
    }
  }

  private static void assertReads(FeedToken token, String kind) {
    assertThat(token.scope()).isEqualTo(SCOPE);
    assertThat(token.since()).isEqualTo(SINCE);
    FeedToken.Iteration expected =
        switch (kind) {
          case "caught-up" -> null;
          case "row" -> new FeedToken.Iteration(UPPER, 5, 101_011, "döc");
          default -> new FeedToken.Iteration(UPPER, Stage.BACKFILL, 2, 77, "döc");
        };
    assertThat(token.iteration()).isEqualTo(expected);
  }
}
