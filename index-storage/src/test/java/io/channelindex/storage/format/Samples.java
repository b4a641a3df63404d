package io.channelindex.storage.format;

import io.channelindex.sequence.BranchHistory;
import io.channelindex.sequence.BranchHistory.Branch;
import io.channelindex.sequence.BranchVector;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.SequenceClock;
import io.channelindex.sequence.StreamPosition;
import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.Placement;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Compressor;
import io.channelindex.storage.compress.Dictionary;
import io.channelindex.storage.format.ChannelHead.Compacted;
import io.channelindex.storage.format.ChannelHead.Retired;
import io.channelindex.storage.format.ChannelHead.Summary;
import io.channelindex.storage.format.LogFrames.Place;
import io.channelindex.storage.format.RevisionsDocument.Version;
import io.channelindex.storage.format.StableDocument.Touched;
import io.channelindex.storage.format.StableDocument.VbucketState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** One document of each format, small enough to be read in hex. */
@SuppressWarnings("ImmutableEnumChecker")
enum Samples {
  SETTINGS(
      DocumentFormat.SETTINGS,
      new SettingsDocument(
              0x0123456789abcdefL,
              1024,
              64,
              "dense",
              Placement.colocated(4, 1024),
              1_700_000_000_000L)
          .encode(),
      SettingsDocument::decode),
  STABLE(
      DocumentFormat.STABLE,
      new StableDocument(
              3,
              6,
              2,
              "node-a",
              9,
              List.of(
                  new VbucketState(
                      1_000,
                      new StreamPosition(0x1111, 1_005, 1_000, 1_010),
                      new BranchHistory(
                          List.of(new Branch(0x1111, -1, -1), new Branch(0x2222, 900, 850))),
                      false),
                  new VbucketState(77, StreamPosition.BEGINNING, BranchHistory.NONE, true)),
              List.of(new Touched(List.of(5L, -5L), false), Touched.ALL, Touched.NONE))
          .encode(),
      StableDocument::decode),
  CHANNEL_HEAD(
      DocumentFormat.CHANNEL_HEAD,
      new ChannelHead(
              "news",
              3,
              6,
              2,
              List.of(1_000L, 0L, 70L),
              List.of(new Summary(0, 128, List.of(500L, 0L, 0L))),
              List.of(
                  new Summary(128, 60, List.of(800L, 0L, 60L)),
                  new Summary(129, 61, List.of(790L, 0L, 0L))),
              130,
              ChannelHead.ActiveState.STORED,
              new Compacted(
                  List.of(new Summary(4, 2_000, List.of(400L, 0L, 9L))),
                  5,
                  List.of(new Retired(Retired.Kind.BLOCK, 0, 120)),
                  List.of(300L, 0L, 0L)))
          .encode(),
      (key, document) -> ChannelHead.decode(key, "news", document)),
  DIRECTORY_PAGE(
      DocumentFormat.DIRECTORY_PAGE,
      new DirectoryPage(
              "news",
              List.of(new Summary(0, 60, List.of(300L, 0L)), new Summary(1, 61, List.of(500L, 2L))))
          .encode(),
      (key, document) -> DirectoryPage.decode(key, "news", document)),
  DENSE_BLOCK(
      DocumentFormat.DENSE_BLOCK,
      new DenseBlock(
              "news",
              2,
              List.of(
                  new Entry("doc-1", "1-00ff", 6, 17, 0x1111, EntryState.ACTIVE),
                  new Entry("döc", "2-ABC", 7, -1, 0x3333, EntryState.REMOVED),
                  new Entry("doc-1", "3-beef", 6, 300, 0x1111, EntryState.DELETED)))
          .encode(),
      (key, document) -> DenseBlock.decode(key, "news", document)),
  BRANCH_VECTOR(
      DocumentFormat.BRANCH_VECTOR,
      BranchVectorDocument.encode(BranchVector.of(0x1111, 0, -2)),
      BranchVectorDocument::decode),
  CHANNEL_REGISTRY(
      DocumentFormat.CHANNEL_REGISTRY,
      new ChannelRegistryPage(List.of("news", "*", "日本")).encode(),
      ChannelRegistryPage::decode),
  CLOCK(DocumentFormat.CLOCK, ClockDocument.encode(new byte[] {1, 2, -1}), ClockDocument::decode),
  PARTITION_CLOCKS(
      DocumentFormat.PARTITION_CLOCKS,
      new PartitionClocks(
              new PartitionMap(7, 4), 1, List.of(3L, -1L), SequenceClock.of(5, 1_000_000, 0, -1))
          .encode(),
      (key, document) -> PartitionClocks.decode(key, new PartitionMap(7, 4), document)),
  HYBRID_BLOCK(
      DocumentFormat.HYBRID_BLOCK, hybrid(Partial.ENTRIES).encode(), Samples::decodeHybrid),
  REVISIONS(
      DocumentFormat.REVISIONS,
      new RevisionsDocument(
              "doc-1", 6, 2, List.of(new Version(17, 0x1111, "1-00ff"), new Version(-1, 2, "r")))
          .encode(),
      (key, document) -> RevisionsDocument.decode(key, "doc-1", document)),
  BIT_FLAG_BLOCK(
      DocumentFormat.BIT_FLAG_BLOCK,
      bits(Partial.ENTRIES).encode(Compressor.NONE),
      Samples::decodeBits),
  SEQUENCE(
      DocumentFormat.SEQUENCE,
      new SequenceDocument("doc-1", "1-00ff", 3).encode(),
      SequenceDocument::decode),
  LOG_FRAMES(
      DocumentFormat.LOG_FRAMES,
      LogFrames.encode("news", 2, Entries.MIXED, Place.FIRST, Compressor.NONE),
      (key, document) -> new Log(LogFrames.decode(key, "news", document, new Compressions()))),
  COLUMN_BLOCK(
      DocumentFormat.COLUMN_BLOCK,
      columns(Entries.alike()),
      (key, document) ->
          new Columns(ColumnBlock.decode(key, "news", document, new Compressions()))),
  DICTIONARY(
      DocumentFormat.DICTIONARY,
      DictionaryDocument.encode(new Dictionary(3, new byte[] {1, 2, 3})),
      DictionaryDocument::decode);

  /** Entries of which only some keep their revision. */
  private static final class Partial {
    static final List<Entry> ENTRIES =
        List.of(
            new Entry("doc-1", "elsewhere", 6, 17, 0x1111, EntryState.ACTIVE),
            new Entry("döc", "2-ABC", 7, -1, 0x3333, EntryState.REMOVED),
            new Entry("doc-1", "3-beef", 6, 300, 0x1111, EntryState.DELETED));
  }

  private static DenseBlockBuilder hybrid(List<Entry> entries) {
    DenseBlockBuilder builder = new DenseBlockBuilder("news", 2, Revisions.OF_LEAVINGS_ONLY);
    entries.forEach(builder::add);
    return builder;
  }

  private static Object decodeHybrid(String key, byte[] document) {
    List<Entry> entries = new ArrayList<>();
    DenseBlock.decode(
        key,
        "news",
        document,
        new Compressions(),
        Revisions.OF_LEAVINGS_ONLY,
        EntryFilter.ALL,
        into(entries));
    return hybrid(entries);
  }

  private static BitFlagBlock bits(List<Entry> entries) {
    BitFlagBlock block = new BitFlagBlock("news", 2);
    entries.forEach(block::add);
    return block;
  }

  private static Object decodeBits(String key, byte[] document) {
    List<Entry> entries = new ArrayList<>();
    BitFlagBlock.decode(
        key,
        "news",
        document,
        new Compressions(),
        EntryFilter.ALL,
        (vbucket, seqno, vbuuid) ->
            entries.add(new Entry("?", "?", vbucket, seqno, vbuuid, EntryState.ACTIVE)),
        into(entries));
    return bits(entries);
  }

  private static EntrySink into(List<Entry> entries) {
    return (documentId, revision, vbucket, seqno, vbuuid, state) ->
        entries.add(
            new Entry(
                documentId,
                revision == null ? "elsewhere" : revision,
                vbucket,
                seqno,
                vbuuid,
                state));
  }

  private record Log(List<Entry> entries) {}

  private record Columns(List<Entry> entries) {}

  final DocumentFormat format;
  private final byte[] document;
  private final BiFunction<String, byte[], Object> decoder;

  Samples(DocumentFormat format, byte[] document, BiFunction<String, byte[], Object> decoder) {
    this.format = format;
    this.document = document;
    this.decoder = decoder;
  }

  byte[] document() {
    return document.clone();
  }

  Object decode(byte[] bytes) {
    return decoder.apply("db:key", bytes);
  }

  /** A document's own encoding, whatever its kind. */
  static byte[] encode(Object value) {
    if (value instanceof SettingsDocument settings) {
      return settings.encode();
    } else if (value instanceof StableDocument stable) {
      return stable.encode();
    } else if (value instanceof ChannelHead head) {
      return head.encode();
    } else if (value instanceof DirectoryPage page) {
      return page.encode();
    } else if (value instanceof DenseBlock block) {
      return block.encode();
    } else if (value instanceof ChannelRegistryPage page) {
      return page.encode();
    } else if (value instanceof PartitionClocks clocks) {
      return clocks.encode();
    } else if (value instanceof DenseBlockBuilder builder) {
      return builder.encode();
    } else if (value instanceof BitFlagBlock block) {
      return block.encode(Compressor.NONE);
    } else if (value instanceof RevisionsDocument revisions) {
      return revisions.encode();
    } else if (value instanceof SequenceDocument sequence) {
      return sequence.encode();
    } else if (value instanceof Log log) {
      return LogFrames.encode("news", 2, log.entries(), Place.FIRST, Compressor.NONE);
    } else if (value instanceof Dictionary dictionary) {
      return DictionaryDocument.encode(dictionary);
    } else if (value instanceof Columns columns) {
      return columns(columns.entries());
    } else if (value instanceof byte[] clock) {
      return ClockDocument.encode(clock);
    }
    return BranchVectorDocument.encode((BranchVector) value);
  }

  private static byte[] columns(List<Entry> entries) {
    return ColumnBlock.encode("news", 2, entries, Revisions.ALL, Compressor.NONE);
  }
}
