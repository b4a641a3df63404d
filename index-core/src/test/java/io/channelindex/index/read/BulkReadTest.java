package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.sequence.VbucketHash;
import io.channelindex.storage.BucketFailedException;
import io.channelindex.storage.BucketFault;
import io.channelindex.storage.BucketFault.Action;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class BulkReadTest {
  private final InMemoryIndexBucket bucket = new InMemoryIndexBucket(Runnable::run);
  private final ReadCounters counters = new ReadCounters();

  private BulkRead bulk(Executor executor) {
    return new BulkRead(bucket, 64, executor, counters);
  }

  private static CompletableFuture<Integer> length(Optional<Versioned<byte[]>> found) {
    return CompletableFuture.completedFuture(
        found.map(document -> document.value().length).orElse(-1));
  }

  @Test
  void manyDocumentsAreDecodedInAFewTasksAndCounted() {
    Set<Integer> vbuckets = new HashSet<>();
    List<Runnable> tasks = new ArrayList<>();
    BulkRead bulk = bulk(tasks::add);
    List<CompletableFuture<Integer>> lengths = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      bucket.poke("key" + i, new byte[i]);
      vbuckets.add(VbucketHash.vbucket("key" + i, 64));
      lengths.add(bulk.add("key" + i, BulkReadTest::length));
    }
    CompletableFuture<Integer> missing = bulk.add("key50000", BulkReadTest::length);
    vbuckets.add(VbucketHash.vbucket("key50000", 64));
    assertThat(bucket.count()).isZero();
    bulk.start();

    assertThat(bucket.count()).as("under way before anything is decoded").isEqualTo(101);
    assertThat(tasks).hasSizeLessThanOrEqualTo(4);
    assertThat(lengths).noneMatch(CompletableFuture::isDone);
    tasks.forEach(Runnable::run);
    for (int i = 0; i < 100; i++) {
      assertThat(lengths.get(i)).isCompletedWithValue(i);
    }
    assertThat(missing).isCompletedWithValue(-1);
    assertThat(counters.reads.sum()).isEqualTo(101);
    assertThat(counters.bulks.sum()).isEqualTo(1);
    assertThat(counters.bulkVbuckets.sum()).isEqualTo(vbuckets.size());
  }

  @Test
  void eachDocumentFailsByItself() {
    bucket.inject(BucketFault.of(Action.FAIL).where("lost"::equals));
    bucket.poke("fine", new byte[3]);
    bucket.poke("damaged", new byte[3]);
    BulkRead bulk = bulk(Runnable::run);
    CompletableFuture<Integer> fine = bulk.add("fine", BulkReadTest::length);
    CompletableFuture<Integer> lost = bulk.add("lost", BulkReadTest::length);
    CompletableFuture<Integer> damaged =
        bulk.add(
            "damaged",
            found -> {
              throw new IndexStorageException("damaged");
            });
    CompletableFuture<Integer> late =
        bulk.add(
            "fine", found -> CompletableFuture.failedFuture(new IndexStorageException("late")));
    bulk.start();

    assertThat(fine).isCompletedWithValue(3);
    assertThat(lost).isCompletedExceptionally();
    assertThat(lost.handle((length, failure) -> failure).join())
        .isInstanceOf(BucketFailedException.class);
    assertThat(damaged.handle((length, failure) -> failure).join()).hasMessage("damaged");
    assertThat(late.handle((length, failure) -> failure).join()).hasMessage("late");
  }

  @Test
  void whatCannotBeAskedOrDecodedAnyMoreFails() {
    BulkRead refused =
        bulk(
            task -> {
              throw new RejectedExecutionException("shut down");
            });
    CompletableFuture<Integer> length = refused.add("key", BulkReadTest::length);
    refused.start();
    assertThat(length).isCompletedExceptionally();

    bucket.close();
    BulkRead closed = bulk(Runnable::run);
    CompletableFuture<Integer> nobody = closed.add("key", BulkReadTest::length);
    closed.start();
    assertThat(nobody).isCompletedExceptionally();
  }

  @Test
  void nothingIsNoBulk() {
    bulk(Runnable::run).start();
    assertThat(counters.bulks.sum()).isZero();
  }
}
