package io.channelindex.index.write;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.WriteResult;
import io.channelindex.storage.format.ChannelHead;
import io.channelindex.storage.format.ChannelHead.ActiveState;
import io.channelindex.storage.format.ChannelHead.Compacted;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.DirectoryPage;
import io.channelindex.storage.layout.ActiveBlock;
import io.channelindex.storage.layout.BlockPlace;
import io.channelindex.storage.layout.Layout;
import io.channelindex.storage.layout.Layout.HeadClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A channel in this partition as the owner remembers it: its head, its active block, and the
 * versions under which both were last written, so that a commit writes without reading.
 *
 * <p>Appending fills the active block; a full one is closed into the directory and the next one
 * begun, and 128 closed ones go to a directory page. Which blocks a page lists depends on their
 * numbers alone, so that two owners never disagree about it.
 *
 * <p>Confined to the partition's serial executor.
 */
final class ChannelState {
  private static final int BLOCKS_PER_PAGE = ChannelHead.BLOCKS_PER_PAGE;
  private static final String FIRST_REVISION = "1-";

  /** Of compacted blocks that stay as they are so much may be superseded, in percent. */
  private static final int COMPACTED_SUPERSEDED = 100 - CompactionStep.WORTH_KEEPING;

  /** About what an entry takes in a block. */
  private static final int BYTES_PER_ENTRY = 32;

  private static final int BYTES_PER_SUMMARY = 64;

  /** What a seqno takes in a list: an object and its reference. */
  private static final int BYTES_PER_SEQNO = 20;

  private static final int BYTES_PER_CHANNEL = 1024;

  private final Scope scope;
  private final String channel;
  private final long epoch;
  private final long[] clock;
  private final List<Summary> pages;
  private final List<Summary> closed;
  private int active;
  private Compacted compacted;
  private long headCas;
  private ActiveBlock block;
  private long blockCas;
  private long[] blockHighest;
  private boolean blockStored;
  private @Nullable String blockKey;
  private boolean headChanged;

  /** How many entries of the active block, and of closed ones, may have superseded others. */
  private int activeUpdates;

  private int closedUpdates;

  /** Whether there were compacted blocks when the head was read, or waste was left in them. */
  private boolean compactedUnknown;

  /** Whether the head, as it was read, says that its active block is stored. */
  private boolean listedAsStored;

  /** Whether an owner before wrote the head, and this one has not. */
  private boolean isOfOther;

  /** Whether compaction kept what is not readable yet or any more. */
  enum Waste {
    NONE,
    /** A rebuild goes through what was undone, or an update may become readable. */
    POSSIBLE
  }

  /** A channel that has no head yet. */
  ChannelState(Scope scope, String channel, long epoch) {
    this(
        scope,
        channel,
        epoch,
        new long[scope.size()],
        List.of(),
        List.of(),
        0,
        Compacted.none(scope.size()),
        0);
    headChanged = true;
  }

  /** A channel as its head says, with an empty active block that is to be loaded. */
  ChannelState(Scope scope, ChannelHead head, long headCas, long epoch) {
    this(
        scope,
        head.channel(),
        epoch,
        head.clock().stream().mapToLong(Long::longValue).toArray(),
        head.pages(),
        head.closed(),
        head.active(),
        head.compacted(),
        headCas);
    // Who owned the partition before may still close or compact the active block, and would not
    // know of what is written into it from now on: its head must not be written any more. Not every
    // commit raises the clock and would write the head by itself: seqnos begin anew.
    headChanged = head.epoch() != epoch;
    isOfOther = headChanged;
    closedUpdates = closedEntries();
    compactedUnknown = compactedEntries() > 0;
    listedAsStored = head.activeState() == ActiveState.STORED;
  }

  private ChannelState(
      Scope scope,
      String channel,
      long epoch,
      long[] clock,
      List<Summary> pages,
      List<Summary> closed,
      int active,
      Compacted compacted,
      long headCas) {
    this.scope = scope;
    this.channel = channel;
    this.epoch = epoch;
    this.clock = clock;
    this.pages = new ArrayList<>(pages);
    this.closed = new ArrayList<>(closed);
    this.active = active;
    this.compacted = compacted;
    this.headCas = headCas;
    this.block = layout().begin(place());
    this.blockHighest = new long[clock.length];
  }

  /** A block to be written: its key, and what is to become of it. */
  static final class BlockUpdate {
    private final String key;
    private final byte[] value;
    private final How how;
    private final long cas;

    enum How {
      INSERT,
      REPLACE,
      APPEND
    }

    private BlockUpdate(String key, byte[] value, How how, long cas) {
      this.key = key;
      this.value = value;
      this.how = how;
      this.cas = cas;
    }

    String key() {
      return key;
    }

    CompletableFuture<WriteResult> write(StepBucket bucket) {
      return switch (how) {
        case INSERT -> bucket.insert(WriterStep.BLOCKS, key, value);
        case REPLACE -> bucket.replace(WriterStep.BLOCKS, key, value, cas);
        case APPEND -> bucket.append(WriterStep.BLOCKS, key, value);
      };
    }
  }

  String channel() {
    return channel;
  }

  int active() {
    return active;
  }

  boolean hasHead() {
    return headCas != 0;
  }

  long headCas() {
    return headCas;
  }

  void headWritten(long cas) {
    headCas = cas;
    headChanged = false;
    isOfOther = false;
  }

  boolean isHeadChanged() {
    return headChanged;
  }

  /** Takes over the active block as it was read; entries that are not kept count no more. */
  void loaded(byte[] stored, List<Entry> kept, long cas) {
    block = layout().resume(place(), stored, kept);
    kept.forEach(this::added);
    // Where heads do not cover active blocks, this one's does not yet.
    if (layout().headClock() == HeadClock.CLOSED_BLOCKS) {
      cover(kept);
    }
    blockCas = cas;
    blockStored = true;
    // The block was written, and the head that should say so was not: a reader that has this one
    // takes a block for empty that compaction has replaced.
    headChanged |= !listedAsStored;
  }

  /**
   * The active block is left as it is, and the next one is the active one: a block that is there
   * already although the head does not name it yet.
   */
  void skipToNext() {
    close();
  }

  /**
   * Adds entries; those that the active block is known to have are not added again.
   *
   * @param updates gets the blocks to be written, the active one last if it is among them
   */
  void append(List<Entry> entries, List<BlockUpdate> updates) {
    for (Entry entry : entries) {
      if (!block.hasRoomFor(entry, scope.settings().blockBytes())) {
        if (block.isChanged()) {
          updates.add(activeUpdate());
        }
        close();
      }
      if (block.add(entry)) {
        added(entry);
      }
    }
    cover(entries);
    if (block.isChanged()) {
      updates.add(activeUpdate());
    }
  }

  /** The channel's clock has to be at or after these entries, wherever they are. */
  void cover(List<Entry> entries) {
    for (Entry entry : entries) {
      int index = scope.index(entry.vbucket());
      if (Long.compareUnsigned(entry.seqno(), clock[index]) > 0) {
        clock[index] = entry.seqno();
        headChanged |= layout().headClock() == HeadClock.COVERS_ACTIVE;
      }
    }
  }

  /** The active block was written as {@link #append} told. */
  void blockWritten(long cas) {
    blockCas = cas;
    blockStored = true;
  }

  /** The key of the active block. */
  String activeKey() {
    String key = blockKey;
    if (key == null) {
      key = scope.keys().block(channel, scope.partition(), active);
      blockKey = key;
    }
    return key;
  }

  /** Moves closed blocks to pages whose blocks are all closed, and returns those pages. */
  List<DirectoryPage> turnPages() {
    List<DirectoryPage> turned = new ArrayList<>();
    while (!closed.isEmpty()) {
      int number = closed.get(0).number() / BLOCKS_PER_PAGE;
      // Compaction may have taken the first blocks of the page.
      int blocks = (number + 1) * BLOCKS_PER_PAGE - closed.get(0).number();
      if (closed.size() < blocks) {
        break;
      }
      List<Summary> onPage = closed.subList(0, blocks);
      turned.add(new DirectoryPage(channel, onPage));
      pages.add(summary(number, onPage));
      onPage.clear();
      headChanged = true;
    }
    return turned;
  }

  /** The pages that are listed, oldest first. */
  List<Summary> pages() {
    return List.copyOf(pages);
  }

  /** The closed blocks that are on no page, oldest first. */
  List<Summary> closed() {
    return List.copyOf(closed);
  }

  /** How many entries are in closed blocks that are not compacted. */
  int closedEntries() {
    return entries(pages) + entries(closed);
  }

  /** How many blocks are closed and not compacted. */
  int closedBlocks() {
    return pages.size() * BLOCKS_PER_PAGE + closed.size();
  }

  /** How many vbuckets the partition has. */
  int vbuckets() {
    return clock.length;
  }

  /** How many entries are in compacted blocks. */
  int compactedEntries() {
    return entries(compacted.blocks());
  }

  private static int entries(List<Summary> summaries) {
    return summaries.stream().mapToInt(Summary::entries).sum();
  }

  /**
   * Whether a third of what is stored may be superseded, which compaction would find: with what is
   * alive it would be more than one and a half times as much.
   */
  boolean mayBeTooBig() {
    return closedUpdates + activeUpdates > 0
        && 3 * maySupersede() > closedEntries() + activeEntries() + compactedEntries();
  }

  /** Whether that is so, and it would be more than a block holds that is gained by it. */
  boolean mayBeMuchTooBig() {
    return maySupersede() > scope.settings().blockBytes() / BYTES_PER_ENTRY && mayBeTooBig();
  }

  /**
   * Whether anything in the compacted blocks may be needed no more: an entry of a closed block is
   * more than the first of its document, or a rollback may have undone some.
   */
  boolean compactedMayHoldWaste() {
    return closedUpdates > 0 || compactedUnknown;
  }

  private long maySupersede() {
    return closedUpdates + activeUpdates + (long) compactedEntries() * COMPACTED_SUPERSEDED / 100;
  }

  private int activeEntries() {
    return blockStored ? block.size() : 0;
  }

  /** Whether an owner before has left something to be removed. */
  boolean hasLeftoversOfOthers() {
    return isOfOther && !compacted.retired().isEmpty();
  }

  /** What compaction has done. */
  Compacted compacted() {
    return compacted;
  }

  /** Closes the active block as it is stored, if it has anything. */
  void closeActive() {
    if (blockStored && block.size() > 0) {
      close();
    }
  }

  /** A number at or before that of the oldest block that is closed and not compacted. */
  int firstClosed() {
    if (!pages.isEmpty()) {
      return pages.get(0).number() * BLOCKS_PER_PAGE;
    }
    return closed.isEmpty() ? active : closed.get(0).number();
  }

  /** What compaction is doing; all that was listed still is. */
  void compacting(Compacted soFar) {
    compacted = soFar;
    headChanged = true;
  }

  /**
   * Compaction has taken all blocks that are closed.
   *
   * @param waste what there is in compacted blocks that may be needed no more, now or later
   */
  void compactedTo(Compacted result, Waste waste) {
    closed.clear();
    pages.clear();
    closedUpdates = 0;
    compactedUnknown = waste == Waste.POSSIBLE;
    compacted = result;
    headChanged = true;
    if (!blockStored) {
      // What had raised the clock may be undone and gone: else every look would lead to a block.
      System.arraycopy(highestListed(), 0, clock, 0, clock.length);
    }
  }

  /** What a block of these entries holds. */
  static Summary summarize(int number, List<Entry> entries, Scope scope) {
    long[] highest = new long[scope.size()];
    for (Entry entry : entries) {
      int index = scope.index(entry.vbucket());
      highest[index] = max(entry.seqno(), highest[index]);
    }
    return new Summary(number, entries.size(), list(highest));
  }

  /** Up to where the blocks reach that the head lists. */
  private long[] highestListed() {
    long[] listed = new long[clock.length];
    for (List<Summary> summaries : List.of(compacted.blocks(), pages, closed)) {
      for (Summary summary : summaries) {
        for (int i = 0; i < listed.length; i++) {
          listed[i] = max(summary.highest().get(i), listed[i]);
        }
      }
    }
    return listed;
  }

  private static long max(long one, long other) {
    return Long.compareUnsigned(one, other) >= 0 ? one : other;
  }

  /** The number of the page that lists a block. */
  static int pageOf(DirectoryPage page) {
    return page.blocks().get(0).number() / BLOCKS_PER_PAGE;
  }

  ChannelHead head() {
    return new ChannelHead(
        channel,
        scope.partition(),
        scope.firstVbucket(),
        epoch,
        list(clock),
        pages,
        closed,
        active,
        blockStored ? ActiveState.STORED : ActiveState.NOT_STORED,
        compacted);
  }

  /** What remembering this costs, about. */
  int bytes() {
    int listed = closed.size() + pages.size() + compacted.blocks().size();
    return BYTES_PER_CHANNEL
        + block.memoryBytes()
        + (BYTES_PER_SUMMARY + BYTES_PER_SEQNO * clock.length) * listed;
  }

  private void added(Entry entry) {
    if (!isFirstOfItsDocument(entry)) {
      activeUpdates++;
    }
    int index = scope.index(entry.vbucket());
    if (Long.compareUnsigned(entry.seqno(), blockHighest[index]) > 0) {
      blockHighest[index] = entry.seqno();
    }
  }

  /** A first revision supersedes nothing. */
  static boolean isFirstOfItsDocument(Entry entry) {
    return entry.state() == EntryState.ACTIVE && entry.revision().startsWith(FIRST_REVISION);
  }

  private BlockUpdate activeUpdate() {
    BlockUpdate.How how = BlockUpdate.How.INSERT;
    if (!blockStored) {
      // The head has to say that it is there: else it might go missing and nobody would know.
      headChanged = true;
    } else {
      how =
          block.mode() == ActiveBlock.Mode.APPEND
              ? BlockUpdate.How.APPEND
              : BlockUpdate.How.REPLACE;
    }
    return new BlockUpdate(activeKey(), block.pending(), how, blockCas);
  }

  private Layout layout() {
    return scope.settings().layout();
  }

  private BlockPlace place() {
    return scope.place(channel, epoch);
  }

  private void close() {
    closed.add(new Summary(active, block.size(), list(blockHighest)));
    active++;
    blockKey = null;
    closedUpdates += activeUpdates;
    activeUpdates = 0;
    block = layout().begin(place());
    blockStored = false;
    blockHighest = new long[clock.length];
    blockCas = 0;
    headChanged = true;
  }

  private static Summary summary(int number, List<Summary> blocks) {
    int entries = 0;
    long[] highest = new long[blocks.get(0).highest().size()];
    for (Summary block : blocks) {
      entries += block.entries();
      for (int i = 0; i < highest.length; i++) {
        long seqno = block.highest().get(i);
        highest[i] = Long.compareUnsigned(seqno, highest[i]) > 0 ? seqno : highest[i];
      }
    }
    return new Summary(number, entries, list(highest));
  }

  private static List<Long> list(long[] seqnos) {
    return Arrays.stream(seqnos).boxed().toList();
  }
}
