package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The streams that feed an indexer of a history, each of one vbucket, and what became of it. */
final class DataStreams implements DataStream.Surroundings {
  private final Random random;
  private final Turns turns;
  private final Consumer<DataVbucket> begins;
  private final Map<Integer, DataStream> streams = new TreeMap<>();
  private int told;
  private int letGo;

  /**
   * No streams yet.
   *
   * @param begins told of every stream that begins, see {@link DataStream.Surroundings#begins}
   */
  DataStreams(Random random, Turns turns, Consumer<DataVbucket> begins) {
    this.random = random;
    this.turns = turns;
    this.begins = begins;
  }

  /** Lets the stream of a vbucket go one step; one that is new begins where the writer says. */
  void step(DataVbucket source, PartitionIndexer writer) {
    streams
        .computeIfAbsent(
            source.number(),
            vbucket -> new DataStream(this, source, writer, writer.positions().get(vbucket)))
        .step();
  }

  /** What is left of streams is none of an indexer that begins anew. */
  void forget(int vbucket) {
    streams.remove(vbucket);
  }

  void forgetAll() {
    streams.clear();
  }

  void disconnect(int vbucket) {
    DataStream stream = streams.get(vbucket);
    if (stream != null) {
      stream.disconnect();
    }
  }

  void disconnectAll() {
    streams.values().forEach(DataStream::disconnect);
  }

  void replay(int vbucket) {
    DataStream stream = streams.get(vbucket);
    if (stream != null) {
      stream.replay();
    }
  }

  /** The stream of a vbucket, for a message. */
  @Nullable DataStream get(int vbucket) {
    return streams.get(vbucket);
  }

  void assertAllLetGo() {
    assertThat(letGo).as("every change is let go once").isEqualTo(told);
  }

  @Override
  public Random random() {
    return random;
  }

  @Override
  public Turns turns() {
    return turns;
  }

  @Override
  public void begins(DataVbucket source) {
    begins.accept(source);
  }

  @Override
  public void told() {
    told++;
  }

  @Override
  public void letGo() {
    letGo++;
  }
}
