package io.channelindex.embedded.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class VBucketMapTest {
  private static List<ClusterNode> nodes(int count) {
    Cluster cluster = new Cluster("0".repeat(32), 1);
    return IntStream.range(0, count).mapToObj(i -> cluster.addNode()).toList();
  }

  private static long active(VBucketMap map, ClusterNode node) {
    return vbuckets(map).filter(vbucket -> node.equals(map.active(vbucket))).count();
  }

  private static long replicas(VBucketMap map, ClusterNode node) {
    return vbuckets(map).filter(vbucket -> map.replicas(vbucket).contains(node)).count();
  }

  private static IntStream vbuckets(VBucketMap map) {
    return IntStream.range(0, map.vbuckets());
  }

  private static long spread(List<ClusterNode> nodes, ToLongFunction<ClusterNode> count) {
    return LongStream.of(max(nodes, count), -min(nodes, count)).sum();
  }

  private static long max(List<ClusterNode> nodes, ToLongFunction<ClusterNode> count) {
    return nodes.stream().mapToLong(count).max().orElseThrow();
  }

  private static long min(List<ClusterNode> nodes, ToLongFunction<ClusterNode> count) {
    return nodes.stream().mapToLong(count).min().orElseThrow();
  }

  private static void assertSound(VBucketMap map, List<ClusterNode> nodes, int replicas) {
    vbuckets(map)
        .forEach(
            vbucket -> {
              List<ClusterNode> copies = new ArrayList<>(map.replicas(vbucket));
              copies.add(map.active(vbucket));
              assertThat(copies)
                  .hasSize(1 + Math.min(replicas, nodes.size() - 1))
                  .doesNotHaveDuplicates()
                  .isSubsetOf(nodes);
              assertThat(map.chain(vbucket)).hasSize(1 + replicas);
            });
    assertThat(spread(nodes, node -> active(map, node))).isLessThanOrEqualTo(1);
    assertThat(spread(nodes, node -> replicas(map, node))).isLessThanOrEqualTo(1);
  }

  @Property(tries = 200)
  void copiesAreSpreadEvenly(
      @ForAll @IntRange(min = 1, max = 7) int count,
      @ForAll @IntRange(max = 3) int replicas,
      @ForAll @IntRange(max = 8) int bits) {
    List<ClusterNode> nodes = nodes(count);

    VBucketMap map = VBucketMap.spread(nodes, 1 << bits, replicas);

    assertSound(map, nodes, replicas);
  }

  @Property(tries = 200)
  void aRebalanceLeadsToAnEvenMapAndMovesNoMoreThanItMust(
      @ForAll @IntRange(min = 2, max = 6) int count,
      @ForAll @IntRange(max = 2) int replicas,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<ClusterNode> all = nodes(count + 2);
    List<ClusterNode> before = all.subList(0, count);
    VBucketMap map = VBucketMap.spread(before, 64, replicas);
    List<ClusterNode> after = new ArrayList<>(all.subList(1, count + 1 + random.nextInt(2)));

    VBucketMap target = map.rebalanced(after);

    assertSound(target, after, replicas);
    long moved =
        vbuckets(map).filter(vbucket -> map.active(vbucket) != target.active(vbucket)).count();
    long kept =
        after.stream().mapToLong(node -> Math.min(active(map, node), 64 / after.size())).sum();
    assertThat(moved).isLessThanOrEqualTo(64 - kept);
    assertThat(target.rebalanced(after).isSameAs(target)).isTrue();
  }

  /** What nodes that come, go and fail make of a map that is rebalanced now and then. */
  @Property(tries = 300)
  void everyRebalanceLeadsToAnEvenMap(
      @ForAll @IntRange(max = 3) int replicas,
      @ForAll @IntRange(max = 7) int bits,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<ClusterNode> all = nodes(8);
    List<ClusterNode> members = new ArrayList<>(all.subList(0, 1 + random.nextInt(5)));
    VBucketMap map = VBucketMap.spread(members, 1 << bits, replicas);
    for (int round = 0; round < 5; round++) {
      map = disturbed(map, members, all, random);

      VBucketMap target = map.rebalanced(members);

      assertSound(target, members, replicas);
      assertThat(target.rebalanced(members).isSameAs(target)).isTrue();
      assertReplicasThatStayKeepTheirPlaces(map, target);
      map = target;
    }
  }

  /** The map after a few failovers, with a few nodes more. */
  private static VBucketMap disturbed(
      VBucketMap map, List<ClusterNode> members, List<ClusterNode> all, Random random) {
    VBucketMap result = map;
    for (int i = random.nextInt(3); i > 0 && members.size() > 1; i--) {
      ClusterNode failed = members.remove(random.nextInt(members.size()));
      for (int vbucket = 0; vbucket < map.vbuckets(); vbucket++) {
        List<ClusterNode> left = new ArrayList<>(result.replicas(vbucket));
        left.remove(failed);
        ClusterNode active = result.active(vbucket);
        if (failed.equals(active)) {
          active = left.isEmpty() ? null : left.remove(random.nextInt(left.size()));
        }
        result = result.with(vbucket, active, left);
      }
    }
    List<ClusterNode> others = new ArrayList<>(all);
    others.removeAll(members);
    for (int i = random.nextInt(3); i > 0 && !others.isEmpty(); i--) {
      members.add(others.remove(random.nextInt(others.size())));
    }
    return result;
  }

  private static void assertReplicasThatStayKeepTheirPlaces(VBucketMap map, VBucketMap target) {
    vbuckets(map)
        .forEach(
            vbucket -> {
              List<ClusterNode> before = map.chain(vbucket);
              List<ClusterNode> after = target.chain(vbucket);
              for (int place = 1; place <= target.replicas(vbucket).size(); place++) {
                if (target.replicas(vbucket).contains(before.get(place))) {
                  assertThat(after.get(place)).isEqualTo(before.get(place));
                }
              }
            });
  }

  /** With the active copies where they are put, nothing evener can be had with fewer new copies. */
  @Property(tries = 300)
  void replicasMoveNoMoreThanTheyMust(
      @ForAll @IntRange(min = 1, max = 6) int vbuckets,
      @ForAll @IntRange(min = 1, max = 2) int replicas,
      @ForAll @IntRange(min = 3, max = 4) int count,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<ClusterNode> all = nodes(5);
    VBucketMap map = VBucketMap.spread(all, vbuckets, replicas);
    for (int vbucket = 0; vbucket < vbuckets; vbucket++) {
      List<ClusterNode> copies = new ArrayList<>(all);
      Collections.shuffle(copies, random);
      map = map.with(vbucket, copies.get(0), copies.subList(1, 1 + replicas));
    }
    List<ClusterNode> after = all.subList(0, count);

    VBucketMap target = map.rebalanced(after);

    assertThat(newReplicas(map, target)).isEqualTo(fewestNewReplicas(map, target, after, 0));
  }

  private static int newReplicas(VBucketMap map, VBucketMap target) {
    return vbuckets(map)
        .map(
            vbucket ->
                (int)
                    target.replicas(vbucket).stream()
                        .filter(node -> !map.contains(vbucket, node))
                        .count())
        .sum();
  }

  /** By trying all even maps that differ from {@code target} from {@code vbucket} on. */
  private static int fewestNewReplicas(
      VBucketMap map, VBucketMap target, List<ClusterNode> nodes, int vbucket) {
    if (vbucket == map.vbuckets()) {
      boolean even = spread(nodes, node -> replicas(target, node)) <= 1;
      return even ? newReplicas(map, target) : Integer.MAX_VALUE;
    }
    ClusterNode active = target.active(vbucket);
    int fewest = Integer.MAX_VALUE;
    for (int chosen = 0; chosen < 1 << nodes.size(); chosen++) {
      List<ClusterNode> replicas = new ArrayList<>();
      for (int node = 0; node < nodes.size(); node++) {
        if ((chosen >> node & 1) != 0) {
          replicas.add(nodes.get(node));
        }
      }
      if (replicas.size() == target.replicas(vbucket).size() && !replicas.contains(active)) {
        VBucketMap other = target.with(vbucket, active, replicas);
        fewest = Math.min(fewest, fewestNewReplicas(map, other, nodes, vbucket + 1));
      }
    }
    return fewest;
  }

  @Property(tries = 50)
  void aMapWithHolesIsFilled(@ForAll @IntRange(min = 3, max = 5) int count) {
    List<ClusterNode> nodes = nodes(count);
    VBucketMap map = VBucketMap.spread(nodes, 32, 1);
    VBucketMap holed = map.with(0, null, List.of()).with(1, map.active(1), List.of());

    assertSound(holed.rebalanced(nodes), nodes, 1);
  }
}
