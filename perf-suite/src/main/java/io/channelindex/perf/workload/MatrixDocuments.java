package io.channelindex.perf.workload;

import io.channelindex.index.read.Row;
import io.channelindex.perf.PerfException;
import io.channelindex.perf.config.MatrixShape;
import io.channelindex.perf.follow.DocumentWriter;
import io.channelindex.perf.load.ChannelDocuments;
import io.channelindex.perf.load.ChannelPlan;
import io.channelindex.perf.load.Namespace;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.sequence.VbucketHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The documents of a shape: which channel each is in, and at which revision it is as far as its
 * writes were acknowledged. Who judges an index asks here, and nobody who has read it.
 *
 * <p>Writes of one document come one after another; those of different ones may come from different
 * threads.
 */
final class MatrixDocuments {
  private static final int SMALL = 10;
  private static final int FEW = 100;
  private static final int FEW_UPDATED = 20;
  private static final int ROUNDS = 10;
  private static final int ATTEMPTS = 5;
  private static final String EVERYTHING = "*";

  private final Namespace namespace;
  private final MatrixShape shape;
  private final int first;
  private final int[] channels;
  private final List<List<Integer>> members = new ArrayList<>();
  private final ChannelDocuments bodies;
  private final AtomicReferenceArray<@Nullable String> revisions;

  /**
   * @param first the index in the namespace of the first document
   * @param changes how many changes there are to be in all, about
   * @param bytes of a document
   */
  MatrixDocuments(
      Namespace namespace,
      MatrixShape shape,
      int first,
      int changes,
      PartitionMap map,
      long seed,
      int bytes) {
    this.namespace = namespace;
    this.shape = shape;
    this.first = first;
    int documents = Math.max(1, changes / rounds());
    this.channels =
        switch (shape) {
          case MANY_SMALL -> inTurn(documents, Math.max(1, documents / SMALL));
          case FEW_LARGE -> inTurn(documents, FEW);
          case UPDATE_HEAVY -> inTurn(documents, FEW_UPDATED);
          case SPARSE -> onePerPartition(documents, map);
        };
    for (int document = 0; document < documents; document++) {
      while (members.size() <= channels[document]) {
        members.add(new ArrayList<>());
      }
      members.get(channels[document]).add(document);
    }
    this.bodies =
        new ChannelDocuments(namespace, new ChannelPlan(1, first + documents, 0), seed, bytes);
    this.revisions = new AtomicReferenceArray<>(documents);
  }

  private static int[] inTurn(int documents, int channels) {
    int[] each = new int[documents];
    for (int document = 0; document < documents; document++) {
      each[document] = document % channels;
    }
    return each;
  }

  /** The n-th document of each partition is in the n-th channel. */
  private int[] onePerPartition(int documents, PartitionMap map) {
    int[] each = new int[documents];
    int[] ranks = new int[map.partitions()];
    for (int document = 0; document < documents; document++) {
      int vbucket = VbucketHash.vbucket(key(document), map.vbuckets());
      each[document] = ranks[map.partitionOf(vbucket)]++;
    }
    return each;
  }

  /** How many documents there are, with numbers from 0. */
  int count() {
    return channels.length;
  }

  /** How often each is written before all of it has been indexed. */
  int rounds() {
    return shape == MatrixShape.UPDATE_HEAVY ? ROUNDS : 1;
  }

  /** How many channels there are, beside the one that has everything. */
  int channels() {
    return members.size();
  }

  /** How many entries an index of them has that are not superseded. */
  long entries() {
    return 2L * count();
  }

  String key(int document) {
    return namespace.key(first + document);
  }

  /** The channel of a number, or the one that has everything for {@link #channels}. */
  String channel(int channel) {
    return channel == channels() ? EVERYTHING : namespace.channel(channel);
  }

  /**
   * Writes the next version of a document. If nobody knows whether that was done it is looked up,
   * not asked of any index, and done again if it was not.
   *
   * @param revisionOf looks up the revision of a document's key
   */
  CompletableFuture<?> write(
      int document,
      int version,
      DocumentWriter writer,
      Function<String, CompletableFuture<@Nullable String>> revisionOf) {
    return attempt(document, version, writer, revisionOf, ATTEMPTS)
        .thenAccept(revision -> revisions.set(document, revision));
  }

  private CompletableFuture<String> attempt(
      int document,
      int version,
      DocumentWriter writer,
      Function<String, CompletableFuture<@Nullable String>> revisionOf,
      int attempts) {
    String parent = revisions.get(document);
    byte[] body = bodies.inChannel(channel(channels[document]), first + document, version);
    return writer
        .store(key(document), parent, body)
        .exceptionallyCompose(
            failure ->
                revisionOf
                    .apply(key(document))
                    .thenCompose(
                        found -> {
                          // Nobody else writes the document: what is not its parent is this.
                          if (found != null && !found.equals(parent)) {
                            return CompletableFuture.completedFuture(found);
                          }
                          return attempts > 1
                              ? attempt(document, version, writer, revisionOf, attempts - 1)
                              : CompletableFuture.failedFuture(failure);
                        }));
  }

  /** What is wrong with what somebody read of a channel. */
  MatrixVerdict judge(int channel, List<Row> rows) {
    Map<String, String> expected = new HashMap<>();
    if (channel == channels()) {
      for (int document = 0; document < count(); document++) {
        expected.put(key(document), revision(document));
      }
    } else {
      members.get(channel).forEach(document -> expected.put(key(document), revision(document)));
    }
    return MatrixVerdict.of(channel(channel), expected, rows);
  }

  private String revision(int document) {
    String revision = revisions.get(document);
    if (revision == null) {
      throw new PerfException("document was not written: document=" + key(document));
    }
    return revision;
  }

  /** Numbers of channels to read, evenly spread over all. */
  List<Integer> sample(int most) {
    int count = Math.min(most, channels());
    List<Integer> sample = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      sample.add((int) ((long) i * channels() / count));
    }
    return sample;
  }
}
