package io.channelindex.server.indexing;

import io.channelindex.feed.Change;
import io.channelindex.feed.PartitionSession;
import io.channelindex.index.write.PartitionIndexer;
import io.channelindex.sequence.FailoverEntry;
import io.channelindex.sequence.StreamPosition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Hands a partition's streams to its index writer, each change translated. */
final class IndexingSession implements PartitionSession {
  private final PartitionIndexer writer;
  private final ChangeTranslator translator;

  IndexingSession(PartitionIndexer writer, ChangeTranslator translator) {
    this.writer = writer;
    this.translator = translator;
  }

  @Override
  public Map<Integer, StreamPosition> positions() {
    return writer.positions();
  }

  @Override
  public void opened(int vbucket, List<FailoverEntry> log) {
    writer.opened(vbucket, log);
  }

  @Override
  public void snapshot(int vbucket, long start, long end) {
    writer.snapshot(vbucket, start, end);
  }

  @Override
  public void change(Change change) {
    if (ChangeTranslator.concerns(change)) {
      writer.change(
          change.vbucket(), change.seqno(), translator.translate(change), change.acknowledge());
    } else {
      writer.advanced(change.vbucket(), change.seqno());
      change.acknowledge().run();
    }
  }

  @Override
  public void advanced(int vbucket, long seqno) {
    writer.advanced(vbucket, seqno);
  }

  @Override
  public CompletionStage<StreamPosition> rollback(int vbucket, long to, List<FailoverEntry> log) {
    return Fencing.translated(writer.rollback(vbucket, to, log));
  }

  @Override
  public CompletionStage<Void> stopped() {
    return Fencing.translated(writer.stopped());
  }

  @Override
  public CompletionStage<Void> close() {
    return writer.close();
  }
}
