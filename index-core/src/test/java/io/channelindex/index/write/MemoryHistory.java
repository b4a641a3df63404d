package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.write.DataVbucket.Row;
import io.channelindex.index.write.IndexReading.Place;
import io.channelindex.sequence.PartitionMap;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One random history of two nodes that have all channels in memory, and share a data bucket and
 * nothing else: documents are written, moved and deleted, the data service fails over, purges and
 * is flushed, nodes take their partitions again and restart; and all the time clients read, now
 * from one node, now from the other.
 */
final class MemoryHistory {
  private static final PartitionMap MAP = new PartitionMap(6, 2);
  private static final List<String> CHANNELS = RandomDocuments.CHANNELS;

  private final Random random;
  private final Turns turns;
  private final SortedMap<Integer, DataVbucket> data = new TreeMap<>();
  private final RandomDocuments documents;
  private final Evidence evidence = new Evidence();
  private final List<MemoryNode> nodes = new ArrayList<>();
  private final HistoryClients clients;

  MemoryHistory(long seed) {
    random = new Random(seed);
    documents = new RandomDocuments(random, data, 20);
    turns = new Turns(new Random(seed + 1));
    InMemoryIndexBucket bucket = new InMemoryIndexBucket(turns);
    for (int vbucket = 0; vbucket < MAP.vbuckets(); vbucket++) {
      data.put(vbucket, new DataVbucket(vbucket, logLimit(seed)));
    }
    for (int i = 0; i < 2; i++) {
      nodes.add(new MemoryNode(turns, random, MAP, data, bucket, CHANNELS));
    }
    clients =
        new HistoryClients(
            turns, new Random(seed + 2), nodes, HistoryClients.Knowledge.OWN, page -> page);
  }

  /** In half of the histories the failover log forgets branches. */
  private static int logLimit(long seed) {
    return seed % 2 == 0 ? DataVbucket.LOG_LIMIT : 3;
  }

  /** What may happen to an index in memory. */
  enum Trouble {
    RESTART {
      @Override
      void strike(MemoryHistory history) {
        history.anyNode().restart();
      }
    },
    /** A node takes a partition anew, with what it has of it. */
    TAKE_AGAIN {
      @Override
      void strike(MemoryHistory history) {
        history.anyNode().take(history.random.nextInt(MAP.partitions()));
      }
    },
    REPLAY {
      @Override
      void strike(MemoryHistory history) {
        history.anyNode().streams.replay(history.documents.anyVbucket());
      }
    },
    COMPACT {
      @Override
      void strike(MemoryHistory history) {
        history.anyNode().compact(history.random.nextInt(MAP.partitions()));
      }
    },
    DISCONNECT {
      @Override
      void strike(MemoryHistory history) {
        history.anyNode().streams.disconnectAll();
      }
    },
    FAIL_OVER {
      @Override
      void strike(MemoryHistory history) {
        history.documents.failOver();
        history.nodes.forEach(node -> node.streams.disconnectAll());
      }
    },
    PURGE {
      @Override
      void strike(MemoryHistory history) {
        history.documents.any().purge();
      }
    },
    FLUSH {
      @Override
      void strike(MemoryHistory history) {
        history.documents.any().flush();
        history.nodes.forEach(node -> node.streams.disconnectAll());
      }
    };

    abstract void strike(MemoryHistory history);
  }

  /**
   * Runs one history, which is the same whenever it is run again.
   *
   * @return what there was to see
   */
  static Evidence run(long seed, Set<Trouble> troubles) {
    try {
      MemoryHistory history = new MemoryHistory(seed);
      for (int i = 0; i < 250; i++) {
        history.act(troubles);
      }
      return history.finish();
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError(
          Histories.again("MemoryHistoriesTest#everythingGoesWrongAtOnce", seed, troubles),
          failure);
    }
  }

  private void act(Set<Trouble> troubles) {
    switch (random.nextInt(14)) {
      case 0, 1 -> documents.write(documents.anyVbucket(), 1 + random.nextInt(6));
      case 2, 3, 4, 5, 6, 7 -> feedSome();
      case 8 -> turns.steps(random.nextInt(60));
      case 9 -> nodes.forEach(this::check);
      case 10, 11 -> clients.read();
      default -> {
        Trouble[] possible = troubles.toArray(Trouble[]::new);
        if (possible.length > 0 && random.nextInt(3) == 0) {
          Trouble trouble = possible[random.nextInt(possible.length)];
          trouble.strike(this);
          evidence.struck(trouble);
        }
      }
    }
  }

  private void feedSome() {
    MemoryNode node = anyNode();
    int vbucket = documents.anyVbucket();
    for (int i = random.nextInt(15); i > 0; i--) {
      node.feed(random.nextBoolean() ? vbucket : documents.anyVbucket());
    }
    turns.steps(random.nextInt(40));
  }

  private void check(MemoryNode node) {
    evidence.compared(node.check());
  }

  private MemoryNode anyNode() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  /** Without further trouble everything gets through, on all nodes the same. */
  private Evidence finish() {
    data.keySet().forEach(vbucket -> documents.write(vbucket, 1));
    for (int round = 0; !isFinished(); round++) {
      assertThat(round).as("rounds until everything is readable: %s", this).isLessThan(5_000);
      nodes.forEach(node -> data.keySet().forEach(node::feed));
      turns.steps(20);
    }
    nodes.forEach(MemoryNode::close);
    turns.untilQuiet();
    nodes.forEach(this::check);
    nodes.forEach(node -> node.streams.assertAllLetGo());
    assertNodesAgree();
    clients.assertKnow(data.values());
    evidence.ended(clients.told(), clients.handedOver());
    return evidence;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (MemoryNode node : nodes) {
      for (DataVbucket source : data.values()) {
        if (!node.isFinished(source.number())) {
          text.append(node.describe(source.number()));
        }
      }
    }
    return text.toString();
  }

  private boolean isFinished() {
    return nodes.stream().allMatch(node -> data.keySet().stream().allMatch(node::isFinished));
  }

  /** A node may remember that something is gone that the other never knew. */
  private void assertNodesAgree() {
    for (String channel : CHANNELS) {
      for (int partition = 0; partition < MAP.partitions(); partition++) {
        Map<Place, Row> one = inside(nodes.get(0).rows(channel, partition));
        Map<Place, Row> other = inside(nodes.get(1).rows(channel, partition));
        assertThat(one).as("the nodes differ: channel=%s", channel).isEqualTo(other);
      }
    }
  }

  private static Map<Place, Row> inside(Map<Place, Row> rows) {
    Map<Place, Row> inside = new TreeMap<>(rows);
    inside.values().removeIf(row -> row.state() != EntryState.ACTIVE);
    return inside;
  }
}
