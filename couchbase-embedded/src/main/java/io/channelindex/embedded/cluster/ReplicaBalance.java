package io.channelindex.embedded.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the replicas of a bucket go when it is known where its active copies are: as many on every
 * node as on any other, give or take one, and as few as possible where there was no copy before.
 *
 * <p>Each vbucket begins with the copies that it has, and gaps go to the node with the fewest. As
 * long as some node has two more than another, a replica is shifted from one with the most to one
 * with the fewest, through as many nodes between as it takes, along the cheapest path: a step from
 * x to y is possible if some vbucket has a replica on x and nothing on y, and costs a copy if it
 * had one on x before, and saves one if it had one on y. In the end the same is done between nodes
 * that differ by one if it saves copies. As in successive shortest paths for flows of minimal cost,
 * no cheaper way to the same numbers is ever missed: the beginning has no cycle that would save
 * something, and the cheapest path leaves none behind. Bellman-Ford finds it, as there are negative
 * costs. For n nodes and c copies, a shift takes O(n c + n^3).
 */
final class ReplicaBalance {
  private static final int NO_STEP = Integer.MAX_VALUE / 4;

  private final int nodes;
  private final int[] active;
  private final List<List<Integer>> before;
  private final List<List<Integer>> replicas;
  private final int[] load;

  /** The cheapest step from node to node, and the vbucket whose replica takes it. */
  private final int[][] cost;

  private final int[][] carrier;

  private ReplicaBalance(int nodes, int[] active, List<List<Integer>> before) {
    this.nodes = nodes;
    this.active = active;
    this.before = before;
    this.replicas = new ArrayList<>(active.length);
    this.load = new int[nodes];
    this.cost = new int[nodes][nodes];
    this.carrier = new int[nodes][nodes];
  }

  /**
   * The nodes with replicas of each vbucket.
   *
   * @param nodes how many there are, numbered from 0
   * @param count replicas of each vbucket, fewer than nodes
   * @param active the node with the active copy of each vbucket
   * @param before the nodes that have a copy of each vbucket now, in the order that decides which
   *     are kept if they are too many
   */
  static List<List<Integer>> of(int nodes, int count, int[] active, List<List<Integer>> before) {
    ReplicaBalance balance = new ReplicaBalance(nodes, active, before);
    balance.keep(count);
    balance.fill(count);
    balance.even();
    return balance.replicas;
  }

  private void keep(int count) {
    for (int vbucket = 0; vbucket < active.length; vbucket++) {
      int first = active[vbucket];
      List<Integer> kept =
          new ArrayList<>(
              before.get(vbucket).stream().filter(node -> node != first).limit(count).toList());
      kept.forEach(node -> load[node]++);
      replicas.add(kept);
    }
  }

  private void fill(int count) {
    for (int vbucket = 0; vbucket < active.length; vbucket++) {
      while (replicas.get(vbucket).size() < count) {
        int fewest = -1;
        for (int node = 0; node < nodes; node++) {
          if (!hasCopy(vbucket, node) && (fewest < 0 || load[node] < load[fewest])) {
            fewest = node;
          }
        }
        replicas.get(vbucket).add(fewest);
        load[fewest]++;
      }
    }
  }

  private boolean hasCopy(int vbucket, int node) {
    return active[vbucket] == node || replicas.get(vbucket).contains(node);
  }

  private void even() {
    boolean shifted = true;
    while (shifted) {
      int most = Arrays.stream(load).max().orElseThrow();
      int fewest = Arrays.stream(load).min().orElseThrow();
      shifted = most > fewest && shift(most, fewest);
    }
  }

  /**
   * Shifts a replica along the cheapest path from a node that has {@code most} to one that has
   * {@code fewest}; if that changes nothing about how even they are, only if it saves something.
   */
  private boolean shift(int most, int fewest) {
    findSteps();
    int[] distance = new int[nodes];
    int[] from = new int[nodes];
    for (int node = 0; node < nodes; node++) {
      distance[node] = load[node] == most ? 0 : NO_STEP;
      from[node] = -1;
    }
    for (int round = 1; round < nodes; round++) {
      for (int x = 0; x < nodes; x++) {
        for (int y = 0; y < nodes; y++) {
          if (distance[x] + cost[x][y] < distance[y]) {
            distance[y] = distance[x] + cost[x][y];
            from[y] = x;
          }
        }
      }
    }
    int end = -1;
    for (int node = 0; node < nodes; node++) {
      if (load[node] == fewest && (end < 0 || distance[node] < distance[end])) {
        end = node;
      }
    }
    if (distance[end] >= (most - fewest > 1 ? NO_STEP / 2 : 0)) {
      return false;
    }
    for (int y = end; from[y] >= 0; y = from[y]) {
      move(carrier[from[y]][y], from[y], y);
    }
    return true;
  }

  private void findSteps() {
    for (int[] row : cost) {
      Arrays.fill(row, NO_STEP);
    }
    for (int vbucket = 0; vbucket < active.length; vbucket++) {
      for (int x : replicas.get(vbucket)) {
        for (int y = 0; y < nodes; y++) {
          int price = had(vbucket, x) - had(vbucket, y);
          if (!hasCopy(vbucket, y) && price < cost[x][y]) {
            cost[x][y] = price;
            carrier[x][y] = vbucket;
          }
        }
      }
    }
  }

  private int had(int vbucket, int node) {
    return before.get(vbucket).contains(node) ? 1 : 0;
  }

  private void move(int vbucket, int x, int y) {
    List<Integer> copies = replicas.get(vbucket);
    copies.set(copies.indexOf(x), y);
    load[x]--;
    load[y]++;
  }
}
