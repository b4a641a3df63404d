package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.read.ChannelIndex;
import io.channelindex.index.read.FeedRequest;
import io.channelindex.index.read.Page;
import io.channelindex.index.read.ReaderSettings;
import io.channelindex.index.read.Row;
import io.channelindex.index.read.Since;
import io.channelindex.index.read.WakeUps;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.token.TokenSettings;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.Placement;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.SettingsDocument;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A reader is slow, and has the head of a channel from before compaction took the active block.
 * Seqnos have begun anew, so that the head's clock does not tell that the block was there.
 */
class OldHeadTest {
  private static final List<FailoverEntry> FLUSHED = List.of(new FailoverEntry(79, 0));
  private static final ReaderSettings SETTINGS =
      new ReaderSettings(
          100, 64 * 1024, 1 << 20, 1 << 20, 1_000, Duration.ofMillis(1), Duration.ofMillis(5));

  static Stream<Layout> layouts() {
    return Layouts.all().stream();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void aBlockThatCompactionTookIsNotTakenForEmpty(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    PartitionWriter writer = partition.takeAndOpen(9);
    partition.tell(writer, partition.document("old", 9, "a"));
    partition.turns.untilQuiet();
    done(partition, writer.compact());
    partition.documents.clear();
    done(partition, writer.rollback(0, 0, FLUSHED));
    writer.opened(0, FLUSHED);
    writer.snapshot(0, 0, 2);
    partition.tell(writer, partition.document("new", 2, "a"));
    partition.turns.untilQuiet();

    String active = partition.keys.block("a", 0, 1);
    assertThat(partition.bucket.peek(active)).isNotNull();
    BucketFault held =
        partition.bucket.inject(
            BucketFault.of(Action.HOLD).on(Operation.GET).where(active::equals));
    CompletableFuture<Page> page = page(partition);
    partition.turns.untilQuiet();
    assertThat(page).isNotDone();
    held.stop();
    done(partition, writer.compact());
    assertThat(partition.bucket.peek(active)).as("what compaction replaced").isNull();
    partition.bucket.release();

    assertThat(done(partition, page).rows()).map(Row::documentId).contains("new");
  }

  /** What was to say that there is an active block was not written at first, but the block was. */
  @ParameterizedTest
  @MethodSource("layouts")
  void aHeadThatCouldNotBeWrittenAtFirstSaysThatThereIsABlock(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    PartitionWriter writer = partition.takeAndOpen(10);
    partition.tell(writer, partition.document("old", 9, "a"));
    partition.turns.untilQuiet();
    done(partition, writer.compact());
    String head = partition.keys.head("a", 0);
    BucketFault failed =
        partition.bucket.inject(
            BucketFault.of(Action.FAIL).on(Operation.REPLACE).where(head::equals).times(1));
    partition.tell(writer, partition.document("new", 10, "a"));
    partition.turns.untilQuiet();

    assertThat(failed.hits()).isEqualTo(1);
    assertThat(partition.stable().vbucket(0).stable()).isEqualTo(10);
    ChannelHead written =
        ChannelHead.decode(head, "a", Objects.requireNonNull(partition.bucket.peek(head)));
    assertThat(partition.bucket.peek(partition.keys.block("a", 0, written.active()))).isNotNull();
    assertThat(written.activeMustExist()).isTrue();
  }

  private static CompletableFuture<Page> page(OnePartition partition) {
    SettingsDocument agreed =
        new SettingsDocument(0x7e57, 2, 1, partition.layout.name(), Placement.SPREAD, 1);
    CompletableFuture<ChannelIndex> index =
        ChannelIndex.open(
                partition.bucket,
                partition.keys,
                agreed,
                new Unwoken(),
                SETTINGS,
                TokenSettings.DEFAULT,
                new TurnsExecutor(partition.turns))
            .toCompletableFuture();
    return done(partition, index)
        .follow(new FeedRequest(Set.of("a"), new Since.Beginning(), FeedRequest.Rows.ALL))
        .thenCompose(follower -> follower.next(10))
        .toCompletableFuture();
  }

  private static final class Unwoken implements WakeUps {
    @Override
    public void start(Listener listener) {}

    @Override
    public void close() {}
  }

  private static <T> T done(OnePartition partition, CompletionStage<T> stage) {
    partition.turns.untilQuiet();
    return stage.toCompletableFuture().join();
  }
}
