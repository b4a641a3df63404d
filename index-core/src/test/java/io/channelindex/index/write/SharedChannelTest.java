package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.CommitListener;
import io.channelindex.index.write.IndexReading.Place;
import io.channelindex.index.write.IndexedChange.Membership;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.IndexKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * All partitions index the same channel at the same time, in any order of their bucket operations:
 * in the 2015 implementation one partition's channel clock overwrote another's vbuckets (sync
 * gateway #1213).
 */
class SharedChannelTest {
  private static final PartitionMap MAP = new PartitionMap(8, 4);
  private static final int CHANGES = 12;

  @Property(tries = 50, shrinking = ShrinkingMode.OFF)
  void noPartitionLosesAnothersVbuckets(@ForAll long seed) {
    Turns turns = new Turns(new Random(seed));
    InMemoryIndexBucket bucket = new InMemoryIndexBucket(turns);
    IndexKeys keys = new IndexKeys("db");
    PartitionWriters writers =
        new PartitionWriters(
            bucket,
            keys,
            MAP,
            NOTHING_LOST,
            WriterSettings.DEFAULT,
            turns,
            CommitListener.NONE,
            serial -> turns);
    List<CompletableFuture<PartitionWriter>> owned = new ArrayList<>();
    for (int partition = 0; partition < MAP.partitions(); partition++) {
      owned.add(writers.take(partition).toCompletableFuture());
    }
    turns.untilQuiet();
    Set<String> expected = new TreeSet<>();
    for (int i = 1; i <= CHANGES; i++) {
      for (int vbucket = 0; vbucket < MAP.vbuckets(); vbucket++) {
        String id = "doc" + vbucket + "-" + i;
        expected.add(id);
        tell(owned.get(MAP.partitionOf(vbucket)).join(), vbucket, i, id);
        turns.steps(3);
      }
    }
    turns.untilQuiet();

    Set<String> found = new TreeSet<>();
    for (int partition = 0; partition < MAP.partitions(); partition++) {
      IndexReading reading = new IndexReading(bucket, keys, MAP, partition);
      reading.channel("shared", reading.stable()).keySet().stream()
          .map(Place::id)
          .forEach(found::add);
    }
    assertThat(found).isEqualTo(expected);
  }

  private static void tell(PartitionWriter writer, int vbucket, long seqno, String id) {
    if (seqno == 1) {
      writer.opened(vbucket, List.of(new FailoverEntry(77, 0)));
    }
    writer.snapshot(vbucket, seqno, seqno);
    List<Membership> memberships =
        List.of(
            new Membership("*", seqno, "1-ab", EntryState.ACTIVE),
            new Membership("shared", seqno, "1-ab", EntryState.ACTIVE));
    writer.change(
        vbucket,
        seqno,
        CompletableFuture.completedFuture(
            Optional.of(new IndexedChange(id, vbucket, seqno, memberships))),
        () -> {});
  }

  private static final DocumentSource NOTHING_LOST =
      new DocumentSource() {
        @Override
        public CompletionStage<Optional<IndexedChange>> current(int vbucket, String documentId) {
          return CompletableFuture.failedFuture(new AssertionError("nobody rolled back"));
        }

        @Override
        public String goneRevision(String documentId, String lastRevision) {
          throw new AssertionError("nobody is gone");
        }
      };
}
