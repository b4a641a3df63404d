package io.channelindex.embedded.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
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
    Cluster cluster = new Cluster("0".repeat(32));
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
  }

  @Property(tries = 200)
  void copiesAreSpreadEvenly(
      @ForAll @IntRange(min = 1, max = 7) int count,
      @ForAll @IntRange(max = 3) int replicas,
      @ForAll @IntRange(max = 8) int bits) {
    List<ClusterNode> nodes = nodes(count);

    VBucketMap map = VBucketMap.spread(nodes, 1 << bits, replicas);

    assertSound(map, nodes, replicas);
    assertThat(spread(nodes, node -> replicas(map, node))).isLessThanOrEqualTo(1L + replicas);
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
    assertThat(chains(target.rebalanced(after))).isEqualTo(chains(target));
  }

  private static List<List<ClusterNode>> chains(VBucketMap map) {
    return vbuckets(map)
        .mapToObj(
            vbucket -> {
              List<ClusterNode> chain = new ArrayList<>(List.of(map.active(vbucket)));
              new HashSet<>(map.replicas(vbucket))
                  .stream().sorted((a, b) -> a.id() - b.id()).forEach(chain::add);
              return chain;
            })
        .toList();
  }

  @Property(tries = 50)
  void aMapWithHolesIsFilled(@ForAll @IntRange(min = 3, max = 5) int count) {
    List<ClusterNode> nodes = nodes(count);
    VBucketMap map = VBucketMap.spread(nodes, 32, 1);
    VBucketMap holed = map.with(0, null, List.of()).with(1, map.active(1), List.of());

    assertSound(holed.rebalanced(nodes), nodes, 1);
  }
}
