package io.channelindex.embedded.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
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
   * A map that gives every node as many active copies as any other, give or take one, and about as
   * many replicas; a node has one copy of a vbucket at most.
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
    return new VBucketMap(chains);
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
   * elsewhere than now.
   *
   * @param nodes at least one
   */
  VBucketMap rebalanced(List<ClusterNode> nodes) {
    VBucketMap result = this;
    Quotas actives = new Quotas(nodes, chains.length);
    List<Integer> homeless = new ArrayList<>();
    for (int vbucket = 0; vbucket < chains.length; vbucket++) {
      if (!actives.take(chains[vbucket][0])) {
        homeless.add(vbucket);
      }
    }
    @Nullable ClusterNode[] active = new @Nullable ClusterNode[chains.length];
    for (int vbucket = 0; vbucket < chains.length; vbucket++) {
      active[vbucket] = chains[vbucket][0];
    }
    for (int vbucket : homeless) {
      // A replica needs no copying to become active.
      ClusterNode replica =
          replicas(vbucket).stream().filter(actives::take).findFirst().orElseGet(actives::takeAny);
      active[vbucket] = replica;
    }
    int replicaCount = Math.min(chains[0].length - 1, nodes.size() - 1);
    Quotas replicas = new Quotas(nodes, chains.length * replicaCount);
    for (int vbucket = 0; vbucket < chains.length; vbucket++) {
      List<ClusterNode> taken = new ArrayList<>();
      ClusterNode first = Objects.requireNonNull(active[vbucket], "active");
      for (ClusterNode node : candidates(vbucket, first, nodes, replicas)) {
        if (taken.size() < replicaCount) {
          replicas.force(node);
          taken.add(node);
        }
      }
      result = result.with(vbucket, first, taken);
    }
    return result;
  }

  /**
   * Who may have a replica: those that have a copy and room, then others with room, then anyone.
   */
  private List<ClusterNode> candidates(
      int vbucket, ClusterNode active, List<ClusterNode> nodes, Quotas quotas) {
    List<ClusterNode> candidates = new ArrayList<>(nodes);
    candidates.remove(active);
    candidates.sort(
        (a, b) -> {
          boolean roomForA = quotas.left(a) > 0;
          boolean roomForB = quotas.left(b) > 0;
          if (roomForA != roomForB) {
            return roomForA ? -1 : 1;
          }
          boolean hasA = contains(vbucket, a);
          boolean hasB = contains(vbucket, b);
          if (hasA != hasB) {
            return hasA ? -1 : 1;
          }
          return Integer.compare(quotas.left(b), quotas.left(a));
        });
    return candidates;
  }

  /** How many copies each node may still take. */
  private static final class Quotas {
    private final Map<ClusterNode, Integer> left = new HashMap<>();
    private final List<ClusterNode> nodes;

    Quotas(List<ClusterNode> nodes, int copies) {
      this.nodes = nodes;
      for (int i = 0; i < nodes.size(); i++) {
        left.put(nodes.get(i), copies / nodes.size() + (i < copies % nodes.size() ? 1 : 0));
      }
    }

    int left(ClusterNode node) {
      return left.getOrDefault(node, 0);
    }

    boolean take(@Nullable ClusterNode node) {
      if (node == null || left(node) <= 0) {
        return false;
      }
      force(node);
      return true;
    }

    void force(ClusterNode node) {
      left.merge(node, -1, Integer::sum);
    }

    ClusterNode takeAny() {
      return nodes.stream().filter(this::take).findFirst().orElseThrow();
    }
  }
}
