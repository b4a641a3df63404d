package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.ClockAdvance;
import io.channelindex.sequence.codec.CorruptClockException;
import io.channelindex.sequence.codec.PatchedForCodec;
import io.channelindex.sequence.token.FeedToken.Stage;
import io.channelindex.sequence.token.TokenException.Reason;
import io.channelindex.sequence.token.TokenText.Seal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that say everything themselves (feature S4), as long as the clocks are, for ever. The
 * bytes inside of {@link TokenText}, numbers big-endian:
 *
 * <pre>
 *   0            1           9           17
 *  +------------+-----------+-----------+---------------+
 *  | form 1,    | database  | branches  | since: clock  |
 *  | detail     | 8 bytes   | 8 bytes   |               |
 *  +------------+-----------+-----------+---------------+
 *   detail 0: everything up to since was delivered
 *  +---------------------+
 *  | channels, 3 bytes   |
 *  +---------------------+
 *   detail 1, 2: an iteration
 *  +---------------------------------+---------------------------------------+
 *  | upper: 1 as the advance over    | channels and row: IterationTokens     |
 *  |          since (ClockAdvance),  |                                       |
 *  |        2 as a clock             |                                       |
 *  +---------------------------------+---------------------------------------+
 *   detail 3, 4: a backfill, else like 1, 2
 * </pre>
 *
 * <p>Clocks are written by {@link PatchedForCodec}.
 */
final class StatelessTokens implements TokenStrategy {
  static final int FORM = 1;
  static final Seal SEAL = Seal.FOUR_BYTES;

  private static final int CAUGHT_UP = 0;
  private static final int ADVANCE = 1;
  private static final int CLOCK = 2;
  private static final int BACKFILL_ADVANCE = 3;
  private static final int BACKFILL_CLOCK = 4;
  private static final int FIXED_BYTES = 1 + Long.BYTES + Long.BYTES;
  private static final byte[] NOTHING = {};

  private final long database;
  private final int vbuckets;
  private final RecentClocks<TokenBegin> recentCaughtUp = new RecentClocks<>();
  private final RecentClocks<TokenBegin> recentIterations = new RecentClocks<>();
  private final RecentClocks<TokenBegin> recentBackfills = new RecentClocks<>();

  StatelessTokens(long database, int vbuckets) {
    this.database = database;
    this.vbuckets = vbuckets;
  }

  @Override
  public String name() {
    return "stateless";
  }

  @Override
  public boolean usesLowClocks() {
    return false;
  }

  @Override
  public CompletionStage<String> caughtUp(TokenScope scope, ClockSpan at) {
    return CompletableFuture.completedFuture(textOf(scope, at.high()));
  }

  String textOf(TokenScope scope, SequenceClock since) {
    return recentCaughtUp
        .get(scope.branches(), since, since, () -> begin(scope.branches(), since))
        .with(scope)
        .toString();
  }

  private TokenBegin begin(long branches, SequenceClock since) {
    return begin(branches, CAUGHT_UP, PatchedForCodec.INSTANCE.encode(since), NOTHING);
  }

  @Override
  public CompletionStage<IterationTokens> iteration(
      TokenScope scope, ClockSpan since, ClockSpan upper) {
    return CompletableFuture.completedFuture(rows(Stage.NEWS, scope, since.high(), upper.high()));
  }

  @Override
  public CompletionStage<IterationTokens> backfill(
      TokenScope scope, SequenceClock since, SequenceClock upper) {
    return CompletableFuture.completedFuture(rows(Stage.BACKFILL, scope, since, upper));
  }

  IterationTokens rows(Stage stage, TokenScope scope, SequenceClock since, SequenceClock upper) {
    RecentClocks<TokenBegin> recent = stage == Stage.NEWS ? recentIterations : recentBackfills;
    TokenBegin begin =
        recent.get(
            scope.branches(), since, upper, () -> begin(stage, scope.branches(), since, upper));
    return IterationTokens.of(stage, scope, since, upper, begin);
  }

  private TokenBegin begin(Stage stage, long branches, SequenceClock since, SequenceClock upper) {
    FeedToken.requireWay(since, upper);
    byte[] from = PatchedForCodec.INSTANCE.encode(since);
    byte[] advance = ClockAdvance.encode(since, upper);
    // Cheap to see: no clock of this index is as short as the advance of a caught-up feed.
    if (advance.length > from.length) {
      byte[] clock = PatchedForCodec.INSTANCE.encode(upper);
      if (clock.length < advance.length) {
        return begin(branches, stage == Stage.NEWS ? CLOCK : BACKFILL_CLOCK, from, clock);
      }
    }
    return begin(branches, stage == Stage.NEWS ? ADVANCE : BACKFILL_ADVANCE, from, advance);
  }

  private TokenBegin begin(long branches, int detail, byte[] since, byte[] upper) {
    byte[] bytes =
        ByteBuffer.allocate(FIXED_BYTES + since.length + upper.length)
            .put(TokenText.head(FORM, detail))
            .putLong(database)
            .putLong(branches)
            .put(since)
            .put(upper)
            .array();
    return new TokenBegin(bytes, SEAL);
  }

  @Override
  public CompletionStage<FeedToken> parse(String text) {
    try {
      return CompletableFuture.completedFuture(token(text));
    } catch (TokenException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private FeedToken token(String text) {
    ByteBuffer bytes = TokenText.unsealed(text, FIXED_BYTES + SEAL.bytes(), SEAL);
    try {
      return token(bytes);
    } catch (CorruptClockException | CharacterCodingException | IllegalArgumentException e) {
      throw TokenException.malformed("token says nothing: " + e.getMessage());
    }
  }

  private FeedToken token(ByteBuffer bytes) throws CharacterCodingException {
    int detail = TokenText.detail(bytes.get());
    if (detail > BACKFILL_CLOCK) {
      throw TokenException.malformed("token of unknown detail: detail=" + detail);
    }
    long found = bytes.getLong();
    if (found != database) {
      throw TokenException.foreign(found, database);
    }
    long branches = bytes.getLong();
    SequenceClock since = PatchedForCodec.INSTANCE.decode(bytes);
    if (since.vbuckets() != vbuckets) {
      throw new TokenException(
          Reason.FOREIGN,
          "token of another number of vbuckets: vbuckets="
              + since.vbuckets()
              + ", expected="
              + vbuckets);
    }
    SequenceClock upper = upper(detail, since, bytes);
    TokenScope scope = new TokenScope(branches, TokenBegin.channels(bytes));
    if (upper == null && bytes.hasRemaining()) {
      throw TokenException.malformed("token with bytes left over: bytes=" + bytes.remaining());
    }
    Stage stage = detail < BACKFILL_ADVANCE ? Stage.NEWS : Stage.BACKFILL;
    FeedToken.Iteration row =
        upper == null ? null : IterationTokens.parseRow(bytes, stage, since, upper);
    return new FeedToken(database, scope, ClockSpan.exactly(since), row);
  }

  private static @Nullable SequenceClock upper(int detail, SequenceClock since, ByteBuffer bytes) {
    return switch (detail) {
      case ADVANCE, BACKFILL_ADVANCE -> ClockAdvance.decode(since, bytes);
      case CLOCK, BACKFILL_CLOCK -> PatchedForCodec.INSTANCE.decode(bytes);
      default -> null;
    };
  }
}
