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
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One random history of two nodes that have all channels in memory, and share a data bucket and
 * nothing else: documents are written, moved and deleted, the data service fails over, purges and
 * is flushed, nodes take their partitions again and restart; and all the time clients read, now
 * from one node, now from the other.
 */
final class MemoryHistory {
  private static final PartitionMap MAP = new PartitionMap(6, 2);
  private static final List<String> CHANNELS = WriterHistory.CHANNELS;

  private final Random random;
  private final Turns turns;
  private final Map<Integer, DataVbucket> data = new TreeMap<>();
  private final List<MemoryNode> nodes = new ArrayList<>();
  private final HistoryClients clients;
  private int names;

  MemoryHistory(long seed) {
    random = new Random(seed);
    turns = new Turns(new Random(seed + 1));
    InMemoryIndexBucket bucket = new InMemoryIndexBucket(turns);
    for (int vbucket = 0; vbucket < MAP.vbuckets(); vbucket++) {
      data.put(vbucket, new DataVbucket(vbucket));
    }
    for (int i = 0; i < 2; i++) {
      nodes.add(new MemoryNode(turns, random, MAP, data, bucket, CHANNELS));
    }
    clients =
        new HistoryClients(
            turns, new Random(seed + 2), nodes, HistoryClients.Knowledge.OWN, page -> page);
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
        history.anyNode().replay(history.anyVbucket());
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
        history.anyNode().disconnectAll();
      }
    },
    FAIL_OVER {
      @Override
      void strike(MemoryHistory history) {
        DataVbucket source = history.data.get(history.anyVbucket());
        source.failOver(
            Math.max(0, source.high() - history.random.nextInt(1 + (int) source.high() / 2)));
        history.nodes.forEach(MemoryNode::disconnectAll);
      }
    },
    PURGE {
      @Override
      void strike(MemoryHistory history) {
        history.data.get(history.anyVbucket()).purge();
      }
    },
    FLUSH {
      @Override
      void strike(MemoryHistory history) {
        history.data.get(history.anyVbucket()).flush();
        history.nodes.forEach(MemoryNode::disconnectAll);
      }
    };

    abstract void strike(MemoryHistory history);
  }

  /** Runs one history, which is the same whenever it is run again. */
  static void run(long seed, Set<Trouble> troubles) {
    try {
      MemoryHistory history = new MemoryHistory(seed);
      for (int i = 0; i < 250; i++) {
        history.act(troubles);
      }
      history.finish();
    } catch (RuntimeException | AssertionError failure) {
      throw new AssertionError(
          "history in memory fails: seed=" + seed + ", troubles=" + troubles, failure);
    }
  }

  private void act(Set<Trouble> troubles) {
    switch (random.nextInt(14)) {
      case 0, 1 -> write(anyVbucket(), 1 + random.nextInt(6));
      case 2, 3, 4, 5, 6, 7 -> feedSome();
      case 8 -> turns.steps(random.nextInt(60));
      case 9 -> nodes.forEach(MemoryNode::check);
      case 10, 11 -> clients.read();
      default -> {
        Trouble[] possible = troubles.toArray(Trouble[]::new);
        if (possible.length > 0 && random.nextInt(3) == 0) {
          possible[random.nextInt(possible.length)].strike(this);
        }
      }
    }
  }

  private void feedSome() {
    MemoryNode node = anyNode();
    int vbucket = anyVbucket();
    for (int i = random.nextInt(15); i > 0; i--) {
      node.feed(random.nextBoolean() ? vbucket : anyVbucket());
    }
    turns.steps(random.nextInt(40));
  }

  private void write(int vbucket, int count) {
    DataVbucket into = data.get(vbucket);
    for (int i = 0; i < count; i++) {
      String id = "doc" + vbucket + "-" + random.nextInt(1 + names % 20);
      if (random.nextInt(3) == 0 || into.isPurged(id)) {
        id = "new" + vbucket + "-" + names++;
      }
      Optional<Set<String>> channels =
          random.nextInt(6) == 0 ? Optional.empty() : Optional.of(someChannels());
      into.write(id, channels);
    }
  }

  private Set<String> someChannels() {
    Set<String> channels = new TreeSet<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      channels.add(CHANNELS.get(random.nextInt(CHANNELS.size())));
    }
    return channels;
  }

  private int anyVbucket() {
    return random.nextInt(MAP.vbuckets());
  }

  private MemoryNode anyNode() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  /** Without further trouble everything gets through, on all nodes the same. */
  private void finish() {
    data.keySet().forEach(vbucket -> write(vbucket, 1));
    for (int round = 0; !isFinished(); round++) {
      assertThat(round).as("rounds until everything is readable: %s", this).isLessThan(5_000);
      nodes.forEach(node -> data.keySet().forEach(node::feed));
      turns.steps(20);
    }
    nodes.forEach(MemoryNode::close);
    turns.untilQuiet();
    nodes.forEach(MemoryNode::check);
    for (MemoryNode node : nodes) {
      assertThat(node.letGo).as("every change is let go once").isEqualTo(node.told);
    }
    assertNodesAgree();
    clients.assertKnow(data.values());
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

  /** The rows that a node has, beside those that are of use. */
  Stream<long[]> rowsAndUse() {
    return nodes.stream()
        .map(
            node -> {
              long all = node.memory().rows();
              for (int partition = 0; partition < MAP.partitions(); partition++) {
                node.compact(partition);
              }
              turns.untilQuiet();
              return new long[] {all, node.memory().rows()};
            });
  }
}
