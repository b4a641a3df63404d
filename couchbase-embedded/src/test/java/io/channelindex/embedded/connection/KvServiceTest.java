package io.channelindex.embedded.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.auth.Exchanges;
import io.channelindex.embedded.auth.UserStore;
import io.channelindex.embedded.cluster.Cluster;
import io.channelindex.embedded.cluster.ClusterNode;
import io.channelindex.embedded.cluster.Node;
import io.channelindex.embedded.fault.FaultInjector;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KvServiceTest {
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ClusterNode node = new Cluster("1".repeat(32), 1).addNode();
  private final KvService service =
      new KvService(
          node,
          UserStore.of(Exchanges.quickAccount("user", "pencil")),
          new FaultInjector(null),
          Duration.ofMinutes(6));

  @AfterEach
  void stop() {
    service.close();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void clientsThatConnectEarlyWaitUntilTheNodeIsComplete() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    InetSocketAddress bound = service.bind(any, loops, loops);
    try (Socket client = new Socket(bound.getAddress(), bound.getPort())) {
      assertThat(client.isConnected()).isTrue();
      service.stop();
      service.goOn();
      await()
          .during(Duration.ofMillis(200))
          .untilAsserted(() -> assertThat(service.connectionCount()).isZero());
      node.boundTo(new Node(InetAddress.getLoopbackAddress(), bound.getPort(), 8091));
      service.accept();
      await().untilAsserted(() -> assertThat(service.connectionCount()).isOne());
    }
  }

  @Test
  void whoIsAcceptedAtTheVeryEndIsNotKeptWaiting() {
    service.close();
    EmbeddedChannel late =
        new EmbeddedChannel(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel accepted) {
                accepted.pipeline().addLast(new Connection(accepted, service));
              }
            });
    assertThat(late.isOpen()).isFalse();
    assertThat(service.connectionCount()).isZero();
  }

  @Test
  void whatIsNotBoundAcceptsNothing() {
    assertThatThrownBy(service::accept)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("not bound");
  }
}
