package io.channelindex.embedded.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which node has the active copy of each vbucket of a bucket, and which have replicas. Immutable.
 */
public final class VBucketMap {
  /**
   * The copies of a vbucket: the active one first, then replicas; null for a copy that is nowhere.
   * Always as many as are asked for.
   */
  private final @Nullable ClusterNode[][] chains;

  private VBucketMap(@Nullable ClusterNode[][] chains) {
    this.chains = chains;
  }

  /**
   * A map that gives every node as many active copies as any other, give or take one, and as many
   * replicas in the same way; a node has one copy of a vbucket at most.
   *
   * @param nodes at least one
   */
  static VBucketMap spread(List<ClusterNode> nodes, int vbuckets, int replicas) {
    int count = nodes.size();
    @Nullable ClusterNode[][] chains = new @Nullable ClusterNode[vbuckets][1 + replicas];
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      int active = vbucket % count;
      chains[vbucket][0] = nodes.get(active);
      for (int replica = 0; replica < Math.min(replicas, count - 1); replica++) {
        int step = 1 + (vbucket / count + replica) % (count - 1);
        chains[vbucket][1 + replica] = nodes.get((active + step) % count);
      }
    }
    return new VBucketMap(chains).rebalanced(nodes);
  }

  int vbuckets() {
    return chains.length;
  }

  /** The node with the active copy, or null if that is nowhere. */
  public @Nullable ClusterNode active(int vbucket) {
    return chains[vbucket][0];
  }

  /** The nodes with replicas. */
  public List<ClusterNode> replicas(int vbucket) {
    return Arrays.stream(chains[vbucket]).skip(1).filter(Objects::nonNull).toList();
  }

  /** The nodes in the order of their copies; null for one that is nowhere. */
  List<@Nullable ClusterNode> chain(int vbucket) {
    return Collections.unmodifiableList(Arrays.asList(chains[vbucket]));
  }

  boolean isSameAs(VBucketMap other) {
    return Arrays.deepEquals(chains, other.chains);
  }

  boolean contains(int vbucket, ClusterNode node) {
    return chain(vbucket).contains(node);
  }

  /**
   * The map with other copies of one vbucket: {@code active} and as many of {@code replicas} as are
   * asked for.
   */
  VBucketMap with(int vbucket, @Nullable ClusterNode active, List<ClusterNode> replicas) {
    @Nullable ClusterNode[] chain = new @Nullable ClusterNode[chains[vbucket].length];
    chain[0] = active;
    for (int i = 0; i < Math.min(replicas.size(), chain.length - 1); i++) {
      chain[1 + i] = replicas.get(i);
    }
    @Nullable ClusterNode[][] changed = chains.clone();
    changed[vbucket] = chain;
    return new VBucketMap(changed);
  }

  /**
   * The map that a rebalance leads to: as even as {@link #spread}, with as few copies as possible
   * elsewhere than now. Replicas that stay keep their places among the copies.
   *
   * @param nodes at least one
   */
  VBucketMap rebalanced(List<ClusterNode> nodes) {
    int[] active = actives(nodes).stream().mapToInt(nodes::indexOf).toArray();
    List<List<Integer>> before = new ArrayList<>();
    for (int vbucket = 0; vbucket < chains.length; vbucket++) {
      List<ClusterNode> copies = new ArrayList<>(replicas(vbucket));
      if (chains[vbucket][0] != null) {
        copies.add(chains[vbucket][0]);
      }
      before.add(copies.stream().filter(nodes::contains).map(nodes::indexOf).toList());
    }
    int count = Math.min(chains[0].length - 1, nodes.size() - 1);
    List<List<Integer>> replicas = ReplicaBalance.of(nodes.size(), count, active, before);
    VBucketMap result = this;
    for (int vbucket = 0; vbucket < chains.length; vbucket++) {
      List<ClusterNode> chosen = replicas.get(vbucket).stream().map(nodes::get).toList();
      result = result.with(vbucket, nodes.get(active[vbucket]), inPlace(vbucket, chosen));
    }
    return result;
  }

  /** Those that are replicas already where they are, the others in the gaps between them. */
  private List<ClusterNode> inPlace(int vbucket, List<ClusterNode> replicas) {
    List<ClusterNode> others = new ArrayList<>(replicas);
    @Nullable ClusterNode[] places = new @Nullable ClusterNode[replicas.size()];
    for (int i = 0; i < places.length; i++) {
      ClusterNode present = chains[vbucket][1 + i];
      if (others.remove(present)) {
        places[i] = present;
      }
    }
    Iterator<ClusterNode> next = others.iterator();
    return Arrays.stream(places).map(place -> place != null ? place : next.next()).toList();
  }

  /** The nodes with the active copies after a rebalance. */
  private List<ClusterNode> actives(List<ClusterNode> nodes) {
    Quotas quotas = new Quotas(nodes);
    List<Integer> homeless = new ArrayList<>();
    @Nullable ClusterNode[] active = new @Nullable ClusterNode[chains.length];
    for (int vbucket = 0; vbucket < chains.length; vbucket++) {
      active[vbucket] = chains[vbucket][0];
      if (!quotas.take(active[vbucket])) {
        homeless.add(vbucket);
      }
    }
    for (int vbucket : homeless) {
      // A replica needs no copying to become active.
      active[vbucket] =
          replicas(vbucket).stream().filter(quotas::take).findFirst().orElseGet(quotas::takeAny);
    }
    return Arrays.stream(active).map(Objects::requireNonNull).toList();
  }

  /** How many active copies each node may still take. */
  private final class Quotas {
    private final Map<ClusterNode, Integer> left = new HashMap<>();
    private final List<ClusterNode> nodes;

    /** As many for all, and what remains of the division for those that have most already. */
    Quotas(List<ClusterNode> nodes) {
      this.nodes = nodes;
      List<ClusterNode> fullest = new ArrayList<>(nodes);
      fullest.sort(Comparator.comparingLong(this::actives).reversed());
      for (int i = 0; i < nodes.size(); i++) {
        int remainder = i < chains.length % nodes.size() ? 1 : 0;
        left.put(fullest.get(i), chains.length / nodes.size() + remainder);
      }
    }

    private long actives(ClusterNode node) {
      return Arrays.stream(chains).filter(chain -> node.equals(chain[0])).count();
    }

    boolean take(@Nullable ClusterNode node) {
      int room = node == null ? 0 : left.getOrDefault(node, 0);
      if (node != null && room > 0) {
        left.put(node, room - 1);
      }
      return room > 0;
    }

    ClusterNode takeAny() {
      return nodes.stream().filter(this::take).findFirst().orElseThrow();
    }
  }
}
