package io.channelindex.server.database;

import io.channelindex.feed.FeedStatistics;
import io.channelindex.feed.PartitionStatus;
import io.channelindex.index.memory.MemoryIndex;
import io.channelindex.index.read.ReaderStatistics;
import io.channelindex.index.write.CompactionCause;
import io.channelindex.index.write.WriterStatus;
import io.channelindex.index.write.WriterStep;
import io.channelindex.sequence.token.TokenStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * What can be seen of a database from outside: how far its index is behind, what indexing and
 * reading cost, and what went wrong. All 0 until it is open.
 */
public final class DatabaseMeters {
  private static final String PREFIX = "channelindex.";
  private static final double NANOS_PER_SECOND = 1e9;

  private final Database database;
  private final MeterRegistry registry;

  private DatabaseMeters(Database database, MeterRegistry registry) {
    this.database = database;
    this.registry = registry;
  }

  /** Makes the meters of a database. */
  public static void bind(Database database, MeterRegistry registry) {
    DatabaseMeters meters = new DatabaseMeters(database, registry);
    meters.bindPartitions();
    meters.bindFeed();
    meters.bindWriters();
    meters.bindReader();
  }

  private void bindPartitions() {
    gauge("index.available", "1 while the index bucket answers", this::available);
    gauge(
        "index.stable.seqnos",
        "Sum of the seqnos up to which vbuckets are readable",
        open -> LongStream.of(open.index().stable().toArray()).sum());
    gauge("index.memory.bytes", "Memory of an index in memory", memory(MemoryIndex::bytes));
    gauge("index.memory.rows", "Rows of an index in memory", memory(MemoryIndex::rows));
    for (PartitionStatus.State state : PartitionStatus.State.values()) {
      Gauge.builder(PREFIX + "partitions", database, known -> partitions(known, state))
          .description("Partitions of this node by what they do")
          .tag("database", database.name())
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }

  private static ToDoubleFunction<OpenDatabase> memory(ToLongFunction<MemoryIndex> value) {
    return open -> open.memory().map(memory -> (double) value.applyAsLong(memory)).orElse(0.0);
  }

  private double available(OpenDatabase open) {
    return open.index().isAvailable() ? 1 : 0;
  }

  private static double partitions(Database database, PartitionStatus.State state) {
    return database.partitions().stream().filter(status -> status.state() == state).count();
  }

  private void bindFeed() {
    gauge(
        "feed.behind",
        "Seqnos of the data bucket that were not delivered yet",
        feed(statistics -> sum(statistics.behind().values())));
    gauge(
        "feed.buffered.bytes",
        "Bytes of changes that wait for their commit",
        feed(FeedStatistics::bufferedBytes));
    counter("feed.changes", "Changes delivered", feed(FeedStatistics::changes));
    counter("feed.rollbacks", "Vbuckets sent back", feed(FeedStatistics::rollbacks));
    counter(
        "feed.stream.ends",
        "Streams that the data service ended",
        feed(statistics -> sum(statistics.streamEnds().values())));
    counter("feed.reopenings", "Streams opened again", feed(FeedStatistics::reopenings));
    counter("feed.reconnects", "Connections made again", feed(FeedStatistics::reconnects));
  }

  private static ToDoubleFunction<OpenDatabase> feed(ToLongFunction<FeedStatistics> value) {
    return open -> value.applyAsLong(open.feed().statistics());
  }

  private static long sum(Iterable<Long> values) {
    long sum = 0;
    for (long value : values) {
      sum += value;
    }
    return sum;
  }

  private void bindWriters() {
    gauge(
        "writer.oldest.uncommitted.seconds",
        "Age of the oldest change that is not committed",
        open ->
            open.owner().status().stream()
                .mapToDouble(status -> status.oldestUncommitted().toNanos() / NANOS_PER_SECOND)
                .max()
                .orElse(0));
    gauge(
        "writer.fenced",
        "Partitions that another node took from this one",
        writers(status -> status.state() == WriterStatus.State.FENCED ? 1 : 0));
    counter("writer.commits", "Commits", writers(WriterStatus::commits));
    counter("writer.changes", "Changes committed", writers(WriterStatus::changes));
    counter("writer.bytes", "Bytes written", writers(WriterStatus::bytesWritten));
    counter("writer.cas.retries", "Writes that met another's", writers(WriterStatus::casRetries));
    for (WriterStep step : WriterStep.values()) {
      FunctionCounter.builder(
              PREFIX + "writer.operations",
              database,
              known -> value(known, writers(status -> status.operations().getOrDefault(step, 0L))))
          .description("Operations on the index bucket by the step of the commit")
          .tag("database", database.name())
          .tag("step", step.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    for (CompactionCause cause : CompactionCause.values()) {
      FunctionCounter.builder(
              PREFIX + "writer.compactions",
              database,
              known ->
                  value(known, writers(status -> status.compactions().getOrDefault(cause, 0L))))
          .description("Channels compacted in a partition, by what was the cause of it")
          .tag("database", database.name())
          .tag("cause", cause.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }

  private static ToDoubleFunction<OpenDatabase> writers(ToLongFunction<WriterStatus> value) {
    return open -> open.owner().status().stream().mapToLong(value).sum();
  }

  private void bindReader() {
    counter("reader.looks", "Looks at all stable clocks", reader(ReaderStatistics::looks));
    counter("reader.reads", "Heads, pages and blocks read", reader(ReaderStatistics::reads));
    counter("reader.bulks", "Round trips of these", reader(ReaderStatistics::bulks));
    counter(
        "reader.bulk.vbuckets",
        "Vbuckets of the index bucket that each of these touched",
        reader(ReaderStatistics::bulkVbuckets));
    cache();
    counter(
        "reader.entries.handed.over",
        "Entries of followed channels that this server committed and did not read back",
        reader(ReaderStatistics::handedOver));
    counter("reader.pages.live", "Pages from memory", reader(ReaderStatistics::livePages));
    counter("reader.pages.cold", "Pages that were read", reader(ReaderStatistics::coldPages));
    counter("reader.pages.shared", "Pages shared", reader(ReaderStatistics::sharedPages));
    counter(
        "reader.tokens.clamped",
        "Tokens from undone history that were set back",
        reader(ReaderStatistics::clampedTokens));
    counter(
        "reader.tokens.unknown",
        "Tokens from history that nobody knows",
        reader(ReaderStatistics::unknownTokens));
    counter(
        "reader.tokens.distrusted",
        "Tokens of principals whose channels nobody remembers, which begin again",
        reader(ReaderStatistics::distrustedTokens));
    counter(
        "reader.backfills",
        "Backfills of channels that were granted",
        reader(ReaderStatistics::backfills));
    tokens();
    counter(
        "reader.regressions",
        "Stable clocks that went back unexpectedly",
        reader(ReaderStatistics::regressions));
    counter("reader.failures", "Reads that failed", reader(ReaderStatistics::failures));
    gauge("reader.tails", "Channels in memory", reader(ReaderStatistics::tails));
    gauge("reader.tail.bytes", "Memory of these", reader(ReaderStatistics::tailBytes));
  }

  private void cache() {
    cacheRequests("hit", ReaderStatistics::cacheHits);
    cacheRequests("load", ReaderStatistics::loads);
    cacheRequests("shared", ReaderStatistics::sharedLoads);
    gauge("reader.cache.bytes", "Memory of the cache", reader(ReaderStatistics::cacheBytes));
  }

  private void tokens() {
    tokenOperations("put", TokenStatistics::puts);
    tokenOperations("get", TokenStatistics::gets);
    tokenOperations("renew", TokenStatistics::renewals);
    counter("tokens.bases", "Base clocks published", token(TokenStatistics::bases));
    counter(
        "tokens.standins",
        "Stateless tokens made in place of shorter ones",
        token(TokenStatistics::standIns));
    counter(
        "tokens.failures", "Operations for tokens that failed", token(TokenStatistics::failures));
    counter(
        "tokens.collisions", "Different clocks under one name", token(TokenStatistics::collisions));
  }

  private void cacheRequests(String outcome, ToLongFunction<ReaderStatistics> value) {
    FunctionCounter.builder(
            PREFIX + "reader.cache.requests", database, known -> value(known, reader(value)))
        .description("Heads, pages and blocks that were wanted")
        .tag("database", database.name())
        .tag("outcome", outcome)
        .register(registry);
  }

  private void tokenOperations(String operation, ToLongFunction<TokenStatistics> value) {
    FunctionCounter.builder(
            PREFIX + "tokens.operations", database, known -> value(known, token(value)))
        .description("Operations of the index bucket for tokens")
        .tag("database", database.name())
        .tag("operation", operation)
        .register(registry);
  }

  private static ToDoubleFunction<OpenDatabase> token(ToLongFunction<TokenStatistics> value) {
    return open -> value.applyAsLong(open.index().tokens());
  }

  private static ToDoubleFunction<OpenDatabase> reader(ToLongFunction<ReaderStatistics> value) {
    return open -> value.applyAsLong(open.index().statistics());
  }

  private void gauge(String name, String description, ToDoubleFunction<OpenDatabase> value) {
    Gauge.builder(PREFIX + name, database, known -> value(known, value))
        .description(description)
        .tag("database", database.name())
        .register(registry);
  }

  private void counter(String name, String description, ToDoubleFunction<OpenDatabase> value) {
    FunctionCounter.builder(PREFIX + name, database, known -> value(known, value))
        .description(description)
        .tag("database", database.name())
        .register(registry);
  }

  private static double value(Database database, ToDoubleFunction<OpenDatabase> value) {
    OpenDatabase open = database.now();
    return open == null ? 0 : value.applyAsDouble(open);
  }
}
