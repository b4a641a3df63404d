package io.channelindex.server.system;

import io.channelindex.server.system.ClusterHistory.Cut;
import io.channelindex.server.system.ServedCluster.Indexing;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that happens to a Couchbase cluster, once, under two servers with followers. */
class ServersOnClusterIT {
  @ParameterizedTest
  @EnumSource
  void feedsHaveNoGapAndTheIndexIsAsAFreshOne(Indexing indexing) throws Exception {
    try (ClusterHistory history = new ClusterHistory(indexing, Long.getLong("seed", 7))) {
      history.grow();
      history.shrink();
      history.failOverGracefully();
      history.failOverLosing(Cut.ONE_LINK);
      history.crashLosing();
      history.failOverLosing(Cut.ALL_LINKS);
      history.finish();
    }
  }
}
