package io.channelindex.sequence.token;

import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.codec.CorruptClockException;
import io.channelindex.sequence.token.BaseClocks.Base;
import io.channelindex.sequence.token.FeedToken.Stage;
import io.channelindex.sequence.token.TokenText.Seal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that tell the difference to a published clock, in the vbuckets that matter for the feed's
 * channels (feature S3, {@link BaseClocks}). A vbucket that is left out stands where the base does:
 * the channels have nothing between there and where the feed stood, so nothing is skipped and
 * nothing comes twice; a feed of other channels that begins at such a token may see more than it
 * has to. The bytes inside of {@link TokenText}, numbers big-endian:
 *
 * <pre>
 *   0         4 bits            4               6
 *  +---------+-----------------+---------------+------------------------+-----------+
 *  | form 3  | tick of the     | mark of the   | since: SparseAdvance   | channels  |
 *  |         | base, 28 bits   | database, 2   | over the base, if ahead| 3 bytes   |
 *  +---------+-----------------+---------------+------------------------+-----------+
 *   an iteration
 *  +---------+-----------------+---------------+---------+--------------+------------------+
 *  | form 4  | …               | …             | since   | upper: over  | channels and row:|
 *  |         |                 |               |         | since        | IterationTokens  |
 *  +---------+-----------------+---------------+---------+--------------+------------------+
 * </pre>
 *
 * <p>A feed that is level with the base has 16 characters. Iterations whose end is not known yet,
 * long ones, have tokens of {@link LookupTokens}; where no base is early enough, or none can be
 * published, tokens are stateless.
 *
 * <p>What was handed out here is remembered for a while with all that was known of it: the feed
 * goes on where it really stood then, and not at the base. Backfills, which are long, have tokens
 * of {@link LookupTokens} too.
 */
final class RelativeTokens implements TokenStrategy {
  static final int FORM = 3;
  static final int ROW_FORM = 4;
  static final Seal SEAL = Seal.THREE_BYTES;

  private static final int TICK_BITS = 28;
  private static final int HEAD_BYTES = Integer.BYTES + Short.BYTES;

  private final long database;
  private final BaseClocks bases;
  private final LookupTokens lookup;
  private final StatelessTokens standIn;
  private final TokenCounters counters;
  private final RecentlyUsed<String, HandedOut> handedOut;

  /** A token and the tick of its base. */
  private record HandedOut(FeedToken token, int tick) {}

  RelativeTokens(
      long database,
      BaseClocks bases,
      LookupTokens lookup,
      StatelessTokens standIn,
      int remembered,
      TokenCounters counters) {
    this.database = database;
    this.bases = bases;
    this.lookup = lookup;
    this.standIn = standIn;
    this.counters = counters;
    this.handedOut = new RecentlyUsed<>(remembered);
  }

  @Override
  public String name() {
    return "relative";
  }

  @Override
  public boolean usesLowClocks() {
    return true;
  }

  @Override
  public CompletionStage<String> caughtUp(TokenScope scope, ClockSpan at) {
    Base base = bases.newest(scope.branches(), at.high());
    CompletionStage<Void> published = bases.publishIfDue(scope.branches(), at.high());
    if (base != null) {
      return CompletableFuture.completedFuture(caughtUp(scope, at, base));
    }
    return published.thenApply(
        done -> caughtUp(scope, at, bases.newest(scope.branches(), at.high())));
  }

  private String caughtUp(TokenScope scope, ClockSpan at, @Nullable Base base) {
    if (base == null) {
      counters.standIns.increment();
      return standIn.textOf(scope, at.high());
    }
    SparseAdvance.Written since = SparseAdvance.write(base.clock(), at);
    byte[] advance = since.changed() == 0 ? new byte[0] : since.bytes();
    String text = new TokenBegin(begin(FORM, base, advance), SEAL).with(scope).toString();
    handedOut.put(text, new HandedOut(new FeedToken(database, scope, at, null), base.tick()));
    return text;
  }

  private byte[] begin(int form, Base base, byte[]... advances) {
    int length = HEAD_BYTES;
    for (byte[] advance : advances) {
      length += advance.length;
    }
    ByteBuffer begin =
        ByteBuffer.allocate(length)
            .putInt(form << TICK_BITS | base.tick())
            .putShort(mark(database));
    for (byte[] advance : advances) {
      begin.put(advance);
    }
    return begin.array();
  }

  private static short mark(long database) {
    return (short) TokenScope.mix(database);
  }

  @Override
  public CompletionStage<IterationTokens> iteration(
      TokenScope scope, ClockSpan since, ClockSpan upper) {
    Base base = upper.isExact() ? null : bases.newest(scope.branches(), since.high());
    if (base == null) {
      return lookup.iteration(scope, since, upper);
    }
    FeedToken.requireWay(since.high(), upper.high());
    SparseAdvance.Written from = SparseAdvance.write(base.clock(), since);
    SparseAdvance.Written to = SparseAdvance.write(from.clock(), upper);
    TokenBegin begin = new TokenBegin(begin(ROW_FORM, base, from.bytes(), to.bytes()), SEAL);
    return CompletableFuture.completedFuture(
        IterationTokens.of(Stage.NEWS, scope, from.clock(), to.clock(), begin));
  }

  @Override
  public CompletionStage<IterationTokens> backfill(
      TokenScope scope, SequenceClock since, SequenceClock upper) {
    return lookup.backfill(scope, since, upper);
  }

  @Override
  public CompletionStage<FeedToken> parse(String text) {
    HandedOut known = handedOut.get(text);
    if (known != null) {
      bases.keepFresh(known.tick());
      return CompletableFuture.completedFuture(known.token());
    }
    ByteBuffer bytes;
    int head;
    try {
      bytes = TokenText.unsealed(text, HEAD_BYTES + TokenScope.CHANNEL_BYTES + SEAL.bytes(), SEAL);
      head = bytes.getInt();
      requireOurs(bytes);
    } catch (TokenException e) {
      return CompletableFuture.failedFuture(e);
    }
    return bases.find(head & TokenTime.MAX_TICK).thenApply(base -> token(head, base, bytes));
  }

  private void requireOurs(ByteBuffer bytes) {
    short found = bytes.getShort();
    if (found != mark(database)) {
      throw TokenException.foreign(found & 0xffff, mark(database) & 0xffff);
    }
  }

  private FeedToken token(int head, Base base, ByteBuffer bytes) {
    try {
      return head >>> TICK_BITS == FORM ? caughtUp(base, bytes) : row(base, bytes);
    } catch (CorruptClockException | CharacterCodingException | IllegalArgumentException e) {
      throw TokenException.malformed("token says nothing: " + e.getMessage());
    }
  }

  private FeedToken caughtUp(Base base, ByteBuffer bytes) {
    SequenceClock since =
        bytes.remaining() == TokenScope.CHANNEL_BYTES
            ? base.clock()
            : SparseAdvance.read(base.clock(), bytes);
    TokenScope scope = new TokenScope(base.branches(), TokenBegin.channels(bytes));
    if (bytes.hasRemaining()) {
      throw TokenException.malformed("token with bytes left over: bytes=" + bytes.remaining());
    }
    return new FeedToken(database, scope, ClockSpan.exactly(since), null);
  }

  private FeedToken row(Base base, ByteBuffer bytes) throws CharacterCodingException {
    SequenceClock since = SparseAdvance.read(base.clock(), bytes);
    SequenceClock upper = SparseAdvance.read(since, bytes);
    TokenScope scope = new TokenScope(base.branches(), TokenBegin.channels(bytes));
    return new FeedToken(
        database,
        scope,
        ClockSpan.exactly(since),
        IterationTokens.parseRow(bytes, Stage.NEWS, since, upper));
  }
}
