package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket.Operation;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.EntryFilter;
import io.channelindex.storage.layout.BlockCoding;
import io.channelindex.storage.layout.BlockPlace;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layouts;
import io.channelindex.storage.layout.StoredBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is left of a channel's blocks when they are compacted (W9). */
class CompactionTest {
  private static final int DOCUMENTS = 40;

  static Stream<Layout> layouts() {
    return Layouts.all().stream();
  }

  /** A block of bit flags has thousands of entries: none is closed with a few of them. */
  static Stream<Layout> layoutsOfSmallBlocks() {
    return layouts().filter(layout -> !layout.name().equals("bit-flag"));
  }

  /** Updates of the same documents, now and then out of their channel. */
  private static long update(OnePartition partition, PartitionWriter writer, long from, int count) {
    Random random = new Random(from);
    long seqno = from;
    for (int i = 0; i < count; i++) {
      seqno++;
      writer.snapshot(0, seqno, seqno);
      String id = "doc" + random.nextInt(DOCUMENTS);
      partition.tell(writer, partition.document(id, seqno, "a"));
      partition.turns.until(() -> writer.status().commits() == writer.status().changes());
    }
    partition.turns.untilQuiet();
    return seqno;
  }

  private static int storedEntries(OnePartition partition, String channel) {
    BlockPlace place = new BlockPlace(channel, partition.keys, 0, 0, 2, BlockCoding.plain(), 0);
    int entries = 0;
    for (String key : partition.bucket.keys()) {
      boolean ofChannel = key.endsWith(":" + channel);
      if (ofChannel && (key.contains(":block:") || key.contains(":packed:"))) {
        StoredBlock block = new StoredBlock(key, partition.bucket.peek(key));
        List<Entry> found =
            partition
                .layout
                .read(
                    place,
                    List.of(block),
                    EntryFilter.ALL,
                    keys -> CompletableFuture.completedFuture(peek(partition, keys)))
                .toCompletableFuture()
                .join()
                .entries();
        entries += found.size();
      }
    }
    return entries;
  }

  private static List<Optional<Versioned<byte[]>>> peek(OnePartition partition, List<String> keys) {
    return keys.stream()
        .map(key -> Optional.ofNullable(partition.bucket.peek(key)).map(v -> new Versioned<>(v, 1)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void afterUpdatesNotMuchMoreIsLeftThanWhatIsAlive(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    PartitionWriter writer = partition.takeAndOpen(1);
    update(partition, writer, 0, 1_500);
    List<String> before = partition.rows("a");
    assertThat(before).hasSize(DOCUMENTS);

    writer.compact();
    partition.turns.untilQuiet();

    assertThat(partition.rows("a")).isEqualTo(before);
    assertThat(storedEntries(partition, "a")).isEqualTo(DOCUMENTS);
    assertThat(storedEntries(partition, Batch.EVERYTHING)).isEqualTo(DOCUMENTS);
    assertThat(partition.bucket.keys().stream().filter(key -> key.contains(":block:")).toList())
        .as("what was replaced is gone")
        .isEmpty();
    if (layout.name().equals("bit-flag")) {
      assertThat(partition.bucket.keys().stream().filter(key -> key.contains(":seq:")).count())
          .isEqualTo(DOCUMENTS);
    }
  }

  /** What compaction of all documents removes beside the blocks, those of a channel still name. */
  @ParameterizedTest
  @MethodSource("layouts")
  void nothingIsLeftOfDeletedDocumentsAndTheirChannelsCanBeRead(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    PartitionWriter writer = partition.takeAndOpen(3 * DOCUMENTS);
    long seqno = 0;
    for (int i = 0; i < 2 * DOCUMENTS; i++) {
      partition.tell(writer, partition.document("doc" + i % DOCUMENTS, ++seqno, "a"));
    }
    partition.turns.untilQuiet();
    for (int i = 0; i < DOCUMENTS / 2; i++) {
      partition.tell(writer, partition.deletion("doc" + i, ++seqno, "a"));
    }
    writer.advanced(0, 3 * DOCUMENTS);
    partition.turns.untilQuiet();
    List<String> before = partition.rows("a");
    assertThat(before).hasSize(DOCUMENTS);
    boolean beside = layout.companions() == Layout.Companions.READ;

    writer.compact();
    partition.turns.until(() -> beside && companions(partition) == DOCUMENTS / 2);
    assertThat(partition.rows("a")).isEqualTo(before);
    partition.turns.untilQuiet();

    assertThat(partition.rows("a")).isEqualTo(before);
    assertThat(companions(partition)).isEqualTo(beside ? DOCUMENTS / 2 : 0);
    // Who comes back is written as if it had never been.
    seqno = 3 * DOCUMENTS + 1;
    writer.snapshot(0, seqno, seqno);
    partition.tell(writer, partition.document("doc0", seqno, "a"));
    partition.turns.untilQuiet();
    assertThat(partition.rows("a")).contains("doc0@" + seqno + " ACTIVE").hasSize(DOCUMENTS);
    assertThat(companions(partition)).isEqualTo(beside ? DOCUMENTS / 2 + 1 : 0);
  }

  private static long companions(OnePartition partition) {
    return partition.bucket.keys().stream()
        .filter(key -> key.contains(":seq:") || key.contains(":revisions:"))
        .count();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void manyBlocksAreCompactedInStepsThatFitIntoMemory(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    boolean big = layout.name().equals("bit-flag");
    partition.compactEntries = big ? 1_500 : 5 * DOCUMENTS;
    PartitionWriter writer = partition.takeAndOpen(1);
    update(partition, writer, 0, 3_000);
    List<String> before = partition.rows("a");

    writer.compact();
    partition.turns.untilQuiet();

    assertThat(partition.rows("a")).isEqualTo(before);
    assertThat(storedEntries(partition, "a")).isEqualTo(DOCUMENTS);
    int steps = head(partition).compacted().next();
    assertThat(steps).isGreaterThan(big ? 0 : 1);
  }

  /**
   * More documents of a vbucket than are held at once: nothing else may be left of their updates.
   */
  @ParameterizedTest
  @MethodSource("layouts")
  void ofAVbucketThatDoesNotFitIntoMemoryNothingSupersededIsLeft(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    partition.compactEntries = DOCUMENTS / 2;
    PartitionWriter writer = partition.takeAndOpen(1);
    long seqno = 0;
    for (int round = 0; round < 5; round++) {
      seqno = update(partition, writer, seqno, 200);
      List<String> before = partition.rows("a");

      writer.compact();
      partition.turns.untilQuiet();

      assertThat(partition.rows("a")).isEqualTo(before).hasSize(DOCUMENTS);
      assertThat(storedEntries(partition, "a")).as("round %d", round).isEqualTo(DOCUMENTS);
    }
  }

  /** It is compacted by parts of its vbuckets, which fit. */
  @ParameterizedTest
  @MethodSource("layouts")
  void ofAChannelThatDoesNotFitIntoMemoryNothingSupersededIsLeft(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    partition.compactEntries = 2 * DOCUMENTS;
    PartitionWriter writer = partition.takeAndOpen(0);
    writer.opened(1, OnePartition.LOG);
    Random random = new Random(1);
    long seqno = 0;
    // First all fits; then neither it does with updates, nor in the end without.
    int documents = 3 * DOCUMENTS / 2;
    int told = documents;
    for (int round = 0; round < 6; round++) {
      for (int i = 0; i < told; i++) {
        int number = round < 2 && i < documents ? i : random.nextInt(documents);
        writer.snapshot(number % 2, seqno + 1, ++seqno);
        partition.tell(writer, partition.documentOf(number % 2, "doc" + number, seqno, "a"));
      }
      partition.turns.untilQuiet();

      writer.compact();
      partition.turns.untilQuiet();

      assertThat(storedEntries(partition, "a")).as("round %d", round).isEqualTo(documents);
      assertThat(storedEntries(partition, Batch.EVERYTHING)).isEqualTo(documents);
      assertThat(partition.reading.channel("a", partition.stable())).hasSize(documents);
      told = round == 0 ? 2 * DOCUMENTS + 6 : DOCUMENTS;
      documents = 2 * DOCUMENTS + 6;
    }
    assertThat(head(partition).compacted().blocks()).as("a block of each part").hasSize(2);
  }

  /** As many entries up to the same seqno under the same number: yet one is not the other. */
  @ParameterizedTest
  @MethodSource("layouts")
  void aCompactedBlockIsNotTakenForTheClosedOneThatIsLikeIt(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    partition.compactEntries = 2;
    PartitionWriter writer = partition.takeAndOpen(3_000);
    writer.opened(1, OnePartition.LOG);
    for (int seqno = 1; seqno <= 3_000; seqno++) {
      partition.tell(writer, partition.document("doc" + seqno, seqno, "a"));
    }
    partition.turns.untilQuiet();
    assertThat(head(partition).closed()).as("all of vbucket 0").isNotEmpty();

    writer.compact();
    partition.turns.untilQuiet();

    assertThat(partition.rows("a")).hasSize(3_000);
    assertThat(storedEntries(partition, "a")).isEqualTo(3_000);
  }

  /** While the partition never rests: half as much as is alive, or what a block holds. */
  @ParameterizedTest
  @MethodSource("layouts")
  void underUpdatesWhatIsCompactedByItselfStaysInBounds(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    partition.compactBlocks = 2;
    PartitionWriter writer = partition.takeAndOpen(1);
    int block = partition.blockBytes / 32;
    long seqno = 0;
    for (int round = 0; round < 20; round++) {
      seqno = update(partition, writer, seqno, 77);
      assertThat(storedEntries(partition, "a"))
          .as("round %d", round)
          .isLessThanOrEqualTo(DOCUMENTS + Math.max(DOCUMENTS / 2, block) + 1);
    }
    assertThat(partition.rows("a")).hasSize(DOCUMENTS);
    assertThat(writer.status().compactions().get(CompactionCause.SUPERSEDED)).isPositive();
  }

  /** What nothing supersedes is not read again and again. */
  @ParameterizedTest
  @MethodSource("layouts")
  void ofAChannelThatOnlyGrowsNoLargeBlockIsReadAgain(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    partition.compactBlocks = 2;
    List<Integer> readAgain = new ArrayList<>();
    int documents = 7_000;
    PartitionWriter writer = takeAndTellOfRead(partition, readAgain);
    grow(partition, writer, 0, documents);

    assertThat(writer.status().compactions().get(CompactionCause.CLOSED_BLOCKS)).isGreaterThan(4);
    assertThat(readAgain).noneMatch(CompactionTest::isLarge);
    assertThat(head(partition).compacted().blocks()).anyMatch(block -> isLarge(block.entries()));
    assertThat(partition.rows("a")).hasSize(documents);
    assertThat(storedEntries(partition, "a")).isEqualTo(documents);
  }

  /** The next owner does not know that there is nothing to be removed, and finds out once. */
  @ParameterizedTest
  @MethodSource("layouts")
  void norIsOneThatGrowsUnderTheNextOwnerReadMoreThanOnce(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    partition.compactBlocks = 2;
    int before = 4_000;
    PartitionWriter first = partition.takeAndOpen(0);
    grow(partition, first, 0, before);
    // An owner who is not the first looks for what may be gone from a vbucket that is empty.
    first.opened(1, OnePartition.LOG);
    first.snapshot(1, 0, 1);
    partition.tell(first, partition.documentOf(1, "elsewhere", 1, "b"));
    partition.turns.untilQuiet();

    List<Integer> readAgain = new ArrayList<>();
    int documents = 11_000;
    PartitionWriter next = takeAndTellOfRead(partition, readAgain);
    grow(partition, next, before, documents);
    assertThat(next.status().compactions().get(CompactionCause.CLOSED_BLOCKS)).isGreaterThan(4);
    assertThat(readAgain.stream().filter(CompactionTest::isLarge).mapToInt(Integer::intValue).sum())
        .isPositive()
        .isLessThanOrEqualTo(before);
    assertThat(storedEntries(partition, "a")).isEqualTo(documents);
  }

  private static boolean isLarge(int entries) {
    return entries >= CompactionParts.LEAST_BLOCK_ENTRIES / 2;
  }

  /** An owner, and how many entries each compacted block of "a" has that it reads. */
  private static PartitionWriter takeAndTellOfRead(OnePartition partition, List<Integer> read) {
    CompletableFuture<PartitionWriter> taking =
        partition.taking(
            new InterceptedBucket(partition.bucket) {
              @Override
              <T> CompletionStage<T> intercept(
                  Operation kind, String key, Supplier<CompletionStage<T>> operation) {
                if (kind == Operation.GET && key.contains(":packed:") && key.endsWith(":a")) {
                  head(partition).compacted().blocks().stream()
                      .filter(block -> partition.keys.packed("a", 0, block.number()).equals(key))
                      .forEach(block -> read.add(block.entries()));
                }
                return operation.get();
              }
            });
    partition.turns.until(taking::isDone);
    taking.join().opened(0, OnePartition.LOG);
    return taking.join();
  }

  /** New documents, one for each seqno. */
  private static void grow(OnePartition partition, PartitionWriter writer, int after, int to) {
    for (int seqno = after + 1; seqno <= to; seqno++) {
      if (seqno % 100 == 1) {
        partition.turns.untilQuiet();
        writer.snapshot(0, seqno, seqno + 99L);
      }
      partition.tell(writer, firstOf("doc" + seqno, seqno));
    }
    partition.turns.untilQuiet();
  }

  /** What was undone goes from compacted blocks, too, although only first revisions follow. */
  @ParameterizedTest
  @MethodSource("layoutsOfSmallBlocks")
  void whatWasUndoneGoesFromAChannelThatOnlyGrows(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    partition.compactBlocks = 2;
    int documents = 2_000;
    PartitionWriter writer = partition.takeAndOpen(documents);
    for (int seqno = 1; seqno <= documents; seqno++) {
      partition.tell(writer, firstOf("doc" + seqno, seqno));
    }
    partition.turns.untilQuiet();
    writer.compact();
    partition.turns.untilQuiet();
    assertThat(head(partition).compacted().blocks()).isNotEmpty();

    writer.rollback(0, 0, List.of(new FailoverEntry(78, 0)));
    partition.turns.untilQuiet();
    writer.opened(0, List.of(new FailoverEntry(78, 0)));
    writer.snapshot(0, 0, documents);
    for (int seqno = 1; seqno <= documents; seqno++) {
      IndexedChange change = firstOf("doc" + seqno, seqno);
      partition.documents.put(change.documentId(), change);
      partition.tell(writer, change);
    }
    partition.turns.untilQuiet();

    assertThat(partition.rows("a")).hasSize(documents);
    assertThat(storedEntries(partition, "a")).isLessThan(3 * documents / 2);
  }

  /** The same where the channel is compacted for the first time while the rebuild keeps it all. */
  @ParameterizedTest
  @MethodSource("layoutsOfSmallBlocks")
  void whatARebuildKeptGoesAfterItFromAChannelThatOnlyGrows(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    int before = 2_000;
    int documents = 2_600;
    PartitionWriter first = partition.takeAndOpen(before);
    for (int seqno = 1; seqno <= before; seqno++) {
      partition.tell(first, firstOf("doc" + seqno, seqno));
    }
    partition.turns.untilQuiet();

    partition.compactBlocks = 2;
    PartitionWriter writer = partition.take();
    List<FailoverEntry> anew = List.of(new FailoverEntry(78, 0));
    writer.rollback(0, 0, anew);
    partition.turns.untilQuiet();
    writer.opened(0, anew);
    writer.snapshot(0, 0, before);
    for (int seqno = 1; seqno <= documents; seqno++) {
      if (seqno > before) {
        writer.snapshot(0, seqno, seqno);
      }
      IndexedChange change = firstOf("doc" + seqno, seqno);
      partition.documents.put(change.documentId(), change);
      partition.tell(writer, change);
      if (seqno % 100 == 0) {
        partition.turns.untilQuiet();
      }
    }
    partition.turns.untilQuiet();

    assertThat(partition.rows("a")).hasSize(documents);
    assertThat(head(partition).compacted().blocks()).isNotEmpty();
    assertThat(storedEntries(partition, "a")).isLessThan(3 * documents / 2);
  }

  private static IndexedChange firstOf(String id, long seqno) {
    List<Membership> memberships =
        Stream.of(Batch.EVERYTHING, "a")
            .map(channel -> new Membership(channel, seqno, "1-abcd", EntryState.ACTIVE))
            .toList();
    return new IndexedChange(id, 0, seqno, memberships);
  }

  /** Other channels do not keep one from being compacted that nobody writes to any more. */
  @ParameterizedTest
  @MethodSource("layouts")
  void aChannelAtRestIsCompactedInAPartitionThatIsNot(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    partition.compactAtRest = Duration.ofSeconds(30);
    PartitionWriter writer = partition.takeAndOpen(200);
    long seqno = 0;
    while (seqno < 200) {
      seqno++;
      partition.tell(writer, partition.document("doc" + seqno % DOCUMENTS, seqno, "a"));
    }
    partition.pass(Duration.ofSeconds(1));
    assertThat(storedEntries(partition, "a")).isEqualTo(200);

    while (seqno < 300) {
      seqno++;
      writer.snapshot(0, seqno, seqno);
      partition.tell(writer, partition.document("busy" + seqno, seqno, "b"));
      partition.pass(Duration.ofMillis(500));
    }

    assertThat(storedEntries(partition, "a")).isEqualTo(DOCUMENTS);
    assertThat(partition.rows("a")).hasSize(DOCUMENTS);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void afterUpdatesAndRestNotMuchMoreIsStoredThanWhatIsAlive(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    partition.compactAtRest = Duration.ofSeconds(30);
    PartitionWriter writer = partition.takeAndOpen(1);
    long seqno = update(partition, writer, 0, 200);
    assertAliveTwoThirds(partition);
    long compactions = compactions(writer);
    assertThat(compactions).isPositive();
    assertThat(writer.status().compactions())
        .as("channels compacted: a and *")
        .isEqualTo(
            Map.of(
                CompactionCause.AT_REST, 2L,
                CompactionCause.ASKED, 0L,
                CompactionCause.SUPERSEDED, 0L,
                CompactionCause.CLOSED_BLOCKS, 0L));

    update(partition, writer, seqno, 3);
    assertAliveTwoThirds(partition);
    assertThat(compactions(writer)).as("what gains nothing is not repeated").isEqualTo(compactions);
    // The next owner has not written these channels, and finds them as they should be.
    long found = compactions(partition.take());
    partition.turns.untilQuiet();
    assertThat(found).isZero();
    assertAliveTwoThirds(partition);
    assertThat(partition.rows("a")).hasSize(DOCUMENTS);
  }

  /** What an owner left that did not come to rest. */
  @ParameterizedTest
  @MethodSource("layouts")
  void theNextOwnerCompactsWhatItFindsAtRest(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    PartitionWriter writer = partition.takeAndOpen(1);
    update(partition, writer, 0, 200);
    partition.compactAtRest = Duration.ofSeconds(30);
    PartitionWriter next = partition.take();
    partition.turns.untilQuiet();
    assertAliveTwoThirds(partition);
    assertThat(partition.rows("a")).hasSize(DOCUMENTS);
    assertThat(next.status().state()).isEqualTo(WriterStatus.State.RUNNING);
  }

  private static long compactions(PartitionWriter writer) {
    return writer.status().operations().getOrDefault(WriterStep.COMPACTION, 0L);
  }

  private static void assertAliveTwoThirds(OnePartition partition) {
    assertThat(2 * storedEntries(partition, "a")).isLessThanOrEqualTo(3 * DOCUMENTS);
    assertThat(2 * storedEntries(partition, Batch.EVERYTHING)).isLessThanOrEqualTo(3 * DOCUMENTS);
  }

  private static ChannelHead head(OnePartition partition) {
    String key = partition.keys.head("a", 0);
    return ChannelHead.decode(key, "a", partition.bucket.peek(key));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void theNextOwnerGoesOnWithWhatIsCompacted(Layout layout) {
    OnePartition partition = new OnePartition(layout);
    PartitionWriter writer = partition.takeAndOpen(1);
    long seqno = update(partition, writer, 0, 400);
    writer.compact();
    partition.turns.untilQuiet();

    PartitionWriter next = partition.take();
    next.opened(0, OnePartition.LOG);
    update(partition, next, seqno, 400);
    next.compact();
    partition.turns.untilQuiet();

    assertThat(partition.rows("a")).hasSize(DOCUMENTS);
    assertThat(storedEntries(partition, "a")).isEqualTo(DOCUMENTS);
    assertThat(next.status().state()).isEqualTo(WriterStatus.State.RUNNING);
  }
}
