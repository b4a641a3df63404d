package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.CorruptClockException;
import io.channelindex.sequence.token.FeedToken.Stage;
import io.channelindex.sequence.token.StoredClocks.Kept;
import io.channelindex.sequence.token.TokenText.Seal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Tokens that name clocks of the lookup map (feature S2, {@link StoredClocks}). The bytes inside of
 * {@link TokenText}, numbers big-endian:
 *
 * <pre>
 *   0            1           5           9                   25
 *  +------------+-----------+-----------+-------------------+--------------------+
 *  | form 2,    | mark of   | tick when | since: ClockId,   | channels, 3 bytes  |
 *  | detail 0   | database  | kept, 4   | 16 bytes          |                    |
 *  +------------+-----------+-----------+-------------------+--------------------+
 *   detail 1: an iteration
 *  +------------+-----------+-----------+-------------------+--------------------+-----
 *  | …          | …         | earlier   | since: ClockId    | upper: ClockId     | channels and
 *  |            |           | tick      |                   | 16 bytes           | row: IterationTokens
 *  +------------+-----------+-----------+-------------------+--------------------+-----
 *   detail 2: a backfill, else like 1
 * </pre>
 */
final class LookupTokens implements TokenStrategy {
  static final int FORM = 2;
  static final Seal SEAL = Seal.FOUR_BYTES;

  private static final int CAUGHT_UP = 0;
  private static final int ITERATION = 1;
  private static final int BACKFILL = 2;
  private static final int FIXED_BYTES = 1 + Integer.BYTES + Integer.BYTES + ClockId.BYTES;

  private final long database;
  private final StoredClocks clocks;
  private final StatelessTokens standIn;
  private final TokenCounters counters;

  LookupTokens(
      long database, StoredClocks clocks, StatelessTokens standIn, TokenCounters counters) {
    this.database = database;
    this.clocks = clocks;
    this.standIn = standIn;
    this.counters = counters;
  }

  @Override
  public String name() {
    return "lookup";
  }

  @Override
  public boolean usesLowClocks() {
    return false;
  }

  @Override
  public CompletionStage<String> caughtUp(TokenScope scope, ClockSpan at) {
    SequenceClock since = at.high();
    return clocks
        .keep(scope.branches(), since)
        .handle(
            (kept, failure) -> {
              if (failure != null) {
                counters.standIns.increment();
                return standIn.textOf(scope, since);
              }
              byte[] begin = begin(CAUGHT_UP, kept.tick(), kept.id());
              return new TokenBegin(begin, SEAL).with(scope).toString();
            });
  }

  private byte[] begin(int detail, int tick, ClockId... clocks) {
    ByteBuffer begin =
        ByteBuffer.allocate(FIXED_BYTES + (clocks.length - 1) * ClockId.BYTES)
            .put(TokenText.head(FORM, detail))
            .putInt(mark(database))
            .putInt(tick);
    for (ClockId clock : clocks) {
      clock.put(begin);
    }
    return begin.array();
  }

  private static int mark(long database) {
    return (int) TokenScope.mix(database);
  }

  @Override
  public CompletionStage<IterationTokens> iteration(
      TokenScope scope, ClockSpan since, ClockSpan upper) {
    return rows(Stage.NEWS, scope, since.high(), upper.high());
  }

  @Override
  public CompletionStage<IterationTokens> backfill(
      TokenScope scope, SequenceClock since, SequenceClock upper) {
    return rows(Stage.BACKFILL, scope, since, upper);
  }

  private CompletionStage<IterationTokens> rows(
      Stage stage, TokenScope scope, SequenceClock since, SequenceClock upper) {
    FeedToken.requireWay(since, upper);
    return clocks
        .keep(scope.branches(), since)
        .thenCombine(
            clocks.keep(scope.branches(), upper),
            (from, to) -> IterationTokens.of(stage, scope, since, upper, begin(stage, from, to)))
        .exceptionally(
            failure -> {
              counters.standIns.increment();
              return standIn.rows(stage, scope, since, upper);
            });
  }

  private TokenBegin begin(Stage stage, Kept from, Kept to) {
    int detail = stage == Stage.NEWS ? ITERATION : BACKFILL;
    return new TokenBegin(
        begin(detail, Math.min(from.tick(), to.tick()), from.id(), to.id()), SEAL);
  }

  @Override
  public CompletionStage<FeedToken> parse(String text) {
    ByteBuffer bytes;
    try {
      bytes = TokenText.unsealed(text, FIXED_BYTES + SEAL.bytes(), SEAL);
      requireOurs(bytes);
    } catch (TokenException e) {
      return CompletableFuture.failedFuture(e);
    }
    int detail = TokenText.detail(bytes.get(0));
    int tick = bytes.getInt();
    CompletionStage<NamedClock> since = clocks.find(new Kept(ClockId.read(bytes), tick));
    if (detail == CAUGHT_UP) {
      return since.thenApply(found -> caughtUp(bytes, found));
    }
    if (bytes.remaining() < ClockId.BYTES) {
      return CompletableFuture.failedFuture(
          TokenException.malformed("token truncated: remaining=" + bytes.remaining()));
    }
    return since.thenCombine(
        clocks.find(new Kept(ClockId.read(bytes), tick)),
        (from, to) ->
            iteration(detail == ITERATION ? Stage.NEWS : Stage.BACKFILL, bytes, from, to));
  }

  /** Reads what comes before the tick. */
  private void requireOurs(ByteBuffer bytes) {
    int detail = TokenText.detail(bytes.get());
    if (detail > BACKFILL) {
      throw TokenException.malformed("token of unknown detail: detail=" + detail);
    }
    int found = bytes.getInt();
    if (found != mark(database)) {
      throw TokenException.foreign(found, mark(database));
    }
  }

  private FeedToken caughtUp(ByteBuffer bytes, NamedClock since) {
    int channels = TokenBegin.channels(bytes);
    if (bytes.hasRemaining()) {
      throw TokenException.malformed("token with bytes left over: bytes=" + bytes.remaining());
    }
    TokenScope scope = new TokenScope(since.branches(), channels);
    return new FeedToken(database, scope, ClockSpan.exactly(since.clock()), null);
  }

  private FeedToken iteration(Stage stage, ByteBuffer bytes, NamedClock since, NamedClock upper) {
    if (since.branches() != upper.branches()) {
      throw TokenException.malformed("token of an iteration between histories");
    }
    TokenScope scope = new TokenScope(since.branches(), TokenBegin.channels(bytes));
    try {
      FeedToken.Iteration row =
          IterationTokens.parseRow(bytes, stage, since.clock(), upper.clock());
      return new FeedToken(database, scope, ClockSpan.exactly(since.clock()), row);
    } catch (CorruptClockException | CharacterCodingException | IllegalArgumentException e) {
      throw new CompletionException(
          TokenException.malformed("token says nothing: " + e.getMessage()));
    }
  }
}
