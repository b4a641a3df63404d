package io.channelindex.embedded.dcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.Durability;
import io.channelindex.embedded.engine.FailoverLog;
import io.channelindex.embedded.engine.Item;
import io.channelindex.embedded.engine.Key;
import io.channelindex.embedded.engine.SettableClock;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.Write;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writers on their own threads, a producer on an event loop, and no socket between. */
class DcpConcurrencyTest {
  private static final int VBUCKETS = 8;
  private static final int WRITERS = 3;
  private static final int OPERATIONS = 20_000;
  private static final int KEYS = 50;

  private final Bucket bucket = new Bucket("b", "0".repeat(32), VBUCKETS, new SettableClock());
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, LocalIoHandler.newFactory());
  private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
  private final CompletableFuture<Producing> accepted = new CompletableFuture<>();
  private Channel client;
  private final Map<String, String> state = new ConcurrentHashMap<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  @AfterEach
  void stop() {
    client.close().syncUninterruptibly();
    accepted.join().channel.close().syncUninterruptibly();
    threads.shutdownNow();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** The producer's end of the connection; wakes it as the real connection does. */
  private final class Producing extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private final DcpProducer producer;

    Producing(Channel channel) {
      this.channel = channel;
      this.producer =
          new DcpProducer(
              channel, bucket, "test", DcpOptions.opened(1, false), false, Consumer.IDLE_TIMEOUT);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      channel.eventLoop().execute(producer::pump);
    }

    void acknowledge(long bytes) {
      channel
          .eventLoop()
          .execute(
              () -> {
                producer.acknowledge(bytes);
                producer.pump();
              });
    }
  }

  /** The client's end: keeps what it is told and acknowledges it. */
  private final class Consuming extends ChannelInboundHandlerAdapter {
    private final long[] seqnos = new long[VBUCKETS];

    @Override
    public void channelRead(ChannelHandlerContext context, Object buffer) {
      ByteBuf in = (ByteBuf) buffer;
      long length = in.readableBytes();
      while (in.isReadable()) {
        apply(Consumer.read(in, Consumer.Keys.PLAIN));
      }
      in.release();
      accepted.join().acknowledge(length);
    }

    private void apply(Consumer.Message message) {
      String key = message.vbucket() + "/" + message.key();
      switch (message.opcode()) {
        case DCP_MUTATION -> state.put(key, new String(message.value(), UTF_8));
        case DCP_DELETION -> state.remove(key);
        default -> {
          return;
        }
      }
      assertThat(message.seqno()).isGreaterThan(seqnos[message.vbucket()]);
      seqnos[message.vbucket()] = message.seqno();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      failure.compareAndSet(null, cause);
    }
  }

  private void connect() throws Exception {
    LocalAddress address = new LocalAddress(getClass());
    new ServerBootstrap()
        .group(loops)
        .channel(LocalServerChannel.class)
        .childHandler(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRegistered(ChannelHandlerContext context) {
                Producing producing = new Producing(context.channel());
                context.pipeline().addLast(producing);
                accepted.complete(producing);
              }
            })
        .bind(address)
        .sync();
    client =
        new Bootstrap()
            .group(loops)
            .channel(LocalChannel.class)
            .handler(new Consuming())
            .connect(address)
            .sync()
            .channel();
  }

  private void write(int writer) {
    Random random = new Random(writer);
    for (int i = 0; i < OPERATIONS; i++) {
      VBucket vbucket = bucket.vbucket(random.nextInt(VBUCKETS));
      Key key = Key.of(writer + "-" + random.nextInt(KEYS));
      if (random.nextInt(4) == 0 && vbucket.get(key) != null) {
        vbucket.delete(key, 0, Durability.NONE);
      } else {
        vbucket.set(key, new Write().set(("" + i).getBytes(UTF_8), 0, 0, 0, 0));
      }
    }
  }

  private Map<String, String> contents() {
    Map<String, String> contents = new HashMap<>();
    for (VBucket vbucket : bucket.vbuckets()) {
      for (int writer = 0; writer < WRITERS; writer++) {
        for (int i = 0; i < KEYS; i++) {
          String key = writer + "-" + i;
          Item item = vbucket.get(Key.of(key));
          if (item != null) {
            contents.put(vbucket.id() + "/" + key, new String(item.value(), UTF_8));
          }
        }
      }
    }
    return contents;
  }

  private void openStreams() throws Exception {
    Producing producing = accepted.get(10, TimeUnit.SECONDS);
    for (int vbucket = 0; vbucket < VBUCKETS; vbucket++) {
      producing.producer.requestStream(
          new StreamRequest(vbucket, vbucket, 0, -1, new FailoverLog.Position(0, 0, 0, 0), ""));
    }
  }

  @ParameterizedTest(name = "window={0}")
  @ValueSource(longs = {0, 1, 3000})
  void noMutationIsMissed(long window) throws Exception {
    connect();
    Producing producing = accepted.get(10, TimeUnit.SECONDS);
    producing
        .channel
        .eventLoop()
        .submit(
            () -> {
              producing.producer.control("connection_buffer_size", "" + window);
              openStreams();
              return null;
            })
        .get(10, TimeUnit.SECONDS);
    List<Future<?>> writing = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      int id = writer;
      writing.add(threads.submit(() -> write(id)));
    }
    for (Future<?> writer : writing) {
      writer.get(30, TimeUnit.SECONDS);
    }
    Map<String, String> expected = contents();

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> failure.get() != null || state.equals(expected));

    assertThat(failure.get()).isNull();
    assertThat(state).isEqualTo(expected);
  }

  @Test
  void writersOutliveAConnectionThatCloses() throws Exception {
    connect();
    Producing producing = accepted.get(10, TimeUnit.SECONDS);
    producing
        .channel
        .eventLoop()
        .submit(
            () -> {
              openStreams();
              return null;
            })
        .get(10, TimeUnit.SECONDS);
    List<Future<?>> writing = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      int id = writer;
      writing.add(threads.submit(() -> write(id)));
    }

    producing.channel.eventLoop().submit(producing.producer::close).get(10, TimeUnit.SECONDS);

    for (Future<?> writer : writing) {
      writer.get(30, TimeUnit.SECONDS);
    }
    assertThat(bucket.documentCount()).isEqualTo(contents().size());
  }
}
