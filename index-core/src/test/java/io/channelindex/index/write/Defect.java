package io.channelindex.index.write;

import io.channelindex.index.read.Page;
import io.channelindex.index.read.Row;
import io.channelindex.storage.IndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.WriteResult;
import io.channelindex.storage.format.StableDocument;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongUnaryOperator;

/**
 * What a writer or a reader could do wrong, for those who check histories: each has to be noticed,
 * or the check is not worth much.
 */
enum Defect {
  /** Nothing is wrong. */
  NONE(""),

  /** A block's write is taken for done that was not (invariant 1). */
  LOST_BLOCK_WRITE("index and data differ", Trouble.TAKE_OVER) {
    @Override
    IndexBucket writing(IndexBucket bucket, IndexKeys keys) {
      return new Losing(bucket, keys.block("a", WriterHistory.PARTITION, 0));
    }
  },

  /** A channel's head is taken for written that was not: its clock does not cover (invariant 2). */
  LOST_HEAD_WRITE("index and data differ", Trouble.TAKE_OVER) {
    @Override
    IndexBucket writing(IndexBucket bucket, IndexKeys keys) {
      return new Losing(bucket, keys.head("a", WriterHistory.PARTITION));
    }
  },

  /** The stable clock says more than is indexed (invariant 1). */
  CLOCK_TOO_FAR("index and data differ") {
    @Override
    IndexBucket writing(IndexBucket bucket, IndexKeys keys) {
      return new OtherClock(bucket, keys, seqno -> seqno == 0 ? 0 : seqno + 1);
    }
  },

  /** The stable clock goes back (invariant 3). */
  CLOCK_BACK("the stable clock goes back") {
    @Override
    IndexBucket writing(IndexBucket bucket, IndexKeys keys) {
      return new OtherClock(bucket, keys, seqno -> seqno % 4 == 0 ? seqno / 2 : seqno);
    }
  },

  /** An owner that lost its partition writes the stable document nevertheless (invariant 5). */
  NO_FENCE("epoch", Trouble.TAKE_OVER) {
    @Override
    IndexBucket writing(IndexBucket bucket, IndexKeys keys) {
      return new Unfenced(bucket, keys.stable(WriterHistory.PARTITION));
    }
  },

  /** What a lost state had replaced does not come back (invariant 14). */
  REPLACED_STATES_STAY_AWAY("index and data differ", Trouble.FAIL_OVER) {
    @Override
    Optional<IndexedChange> current(Optional<IndexedChange> change) {
      return Optional.empty();
    }
  },

  /** A client is not given a row (invariant 6). */
  SKIPPED_ROW("a client of channels") {
    @Override
    Page seen(Page page) {
      return page.rows().size() < 2 ? page : with(page, page.rows().subList(1, page.rows().size()));
    }
  },

  /** A client is given a document twice in one page (invariant 9). */
  DOCUMENT_TWICE("a page's documents") {
    @Override
    Page seen(Page page) {
      List<Row> rows = new ArrayList<>(page.rows());
      rows.addAll(page.rows().subList(0, Math.min(1, page.rows().size())));
      return with(page, rows);
    }
  },

  /** A page's last token is that of a row before its last one (invariant 8). */
  TOKEN_BEHIND("pages from") {
    @Override
    Page seen(Page page) {
      return page.rows().size() < 2
          ? page
          : new Page(page.rows(), page.rows().get(0).seq(), page.caughtUp(), page.pending());
    }
  },

  /** A read that failed is taken for a document that is not there (invariant 10). */
  FAILED_READ_IS_EMPTY("a client of channels", Trouble.PARTIAL_READS) {
    @Override
    IndexBucket reading(IndexBucket bucket, IndexKeys keys) {
      return new Forgiving(bucket);
    }
  };

  private final String evidence;

  @SuppressWarnings("ImmutableEnumChecker") // There is no immutable set of a fixed order.
  private final Set<Trouble> troubles;

  Defect(String evidence, Trouble... troubles) {
    this.evidence = evidence;
    Set<Trouble> set = EnumSet.noneOf(Trouble.class);
    Collections.addAll(set, troubles);
    this.troubles = Collections.unmodifiableSet(set);
  }

  /** What is said of a history in which it matters. */
  String evidence() {
    return evidence;
  }

  /** What makes it matter. */
  Set<Trouble> troubles() {
    return troubles;
  }

  /** The bucket as owners see it. */
  IndexBucket writing(IndexBucket bucket, IndexKeys keys) {
    return bucket;
  }

  /** The bucket as readers see it. */
  IndexBucket reading(IndexBucket bucket, IndexKeys keys) {
    return bucket;
  }

  /** A page as clients see it. */
  Page seen(Page page) {
    return page;
  }

  /** What the data bucket says of a document. */
  Optional<IndexedChange> current(Optional<IndexedChange> change) {
    return change;
  }

  private static Page with(Page page, List<Row> rows) {
    return new Page(rows, page.lastSeq(), page.caughtUp(), page.pending());
  }

  /** Writes of one document say that they were done, but every third was not. */
  private static final class Losing extends InterceptedBucket {
    private final String lost;
    private int writes;

    Losing(IndexBucket behind, String lost) {
      super(behind);
      this.lost = lost;
    }

    @Override
    public CompletionStage<WriteResult> replace(String key, byte[] value, long cas) {
      return key.equals(lost) && writes++ % 3 == 0
          ? CompletableFuture.completedFuture(WriteResult.written(cas))
          : super.replace(key, value, cas);
    }
  }

  /** Stable documents are written with another stable clock. */
  private static final class OtherClock extends InterceptedBucket {
    private final String stable;
    private final LongUnaryOperator other;

    OtherClock(IndexBucket behind, IndexKeys keys, LongUnaryOperator other) {
      super(behind);
      this.stable = keys.stable(WriterHistory.PARTITION);
      this.other = other;
    }

    @Override
    public CompletionStage<WriteResult> replace(String key, byte[] value, long cas) {
      return super.replace(key, key.equals(stable) ? changed(value) : value, cas);
    }

    private byte[] changed(byte[] value) {
      StableDocument document = StableDocument.decode(stable, value);
      List<VbucketState> states =
          document.vbuckets().stream()
              .map(
                  state ->
                      new VbucketState(
                          other.applyAsLong(state.stable()),
                          state.position(),
                          state.history(),
                          state.rebuilding()))
              .toList();
      return new StableDocument(
              document.partition(),
              document.firstVbucket(),
              document.epoch(),
              document.owner(),
              document.commit(),
              states,
              document.recent())
          .encode();
    }
  }

  /** The version of one document does not matter. */
  private static final class Unfenced extends InterceptedBucket {
    private final String stable;

    Unfenced(IndexBucket behind, String stable) {
      super(behind);
      this.stable = stable;
    }

    @Override
    public CompletionStage<WriteResult> replace(String key, byte[] value, long cas) {
      return key.equals(stable)
          ? behind
              .get(key)
              .thenCompose(
                  found -> behind.replace(key, value, found.map(Versioned::cas).orElseThrow()))
          : super.replace(key, value, cas);
    }
  }

  /** What cannot be read is not there. */
  private static final class Forgiving extends InterceptedBucket {
    Forgiving(IndexBucket behind) {
      super(behind);
    }

    @Override
    public CompletionStage<Optional<Versioned<byte[]>>> get(String key) {
      return super.get(key).exceptionally(failure -> Optional.empty());
    }
  }
}
