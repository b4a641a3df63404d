package io.channelindex.embedded.connection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

// What is sent is looked at where it comes out.
@SuppressWarnings("FutureReturnValueIgnored")
class DelayLineTest {
  private static final long DELAY = TimeUnit.MILLISECONDS.toNanos(20);

  private final DelayLine line = new DelayLine();
  private final EmbeddedChannel channel = new EmbeddedChannel(line);

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  private static String text(ByteBuf bytes) {
    if (bytes == null) {
      return null;
    }
    String text = bytes.toString(UTF_8);
    bytes.release();
    return text;
  }

  private String arrived() {
    return text(channel.readInbound());
  }

  private String sent() {
    return text(channel.readOutbound());
  }

  private void pass(long nanos) {
    channel.advanceTimeBy(nanos, TimeUnit.NANOSECONDS);
    channel.runPendingTasks();
  }

  @BeforeEach
  void freeze() {
    channel.freezeTime();
  }

  @Test
  void withoutADelayEverythingPassesAtOnce() {
    channel.writeInbound(bytes("in"));
    channel.writeOutbound(bytes("out"));

    assertThat(arrived()).isEqualTo("in");
    assertThat(sent()).isEqualTo("out");
  }

  @Test
  void everythingArrivesLaterAndInOrder() {
    line.delay(DELAY);
    channel.writeInbound(bytes("1"), bytes("2"));
    channel.writeOutbound(bytes("a"), bytes("b"));
    assertThat(arrived()).isNull();
    assertThat(sent()).isNull();
    line.delay(0);
    channel.writeInbound(bytes("3"));
    channel.writeOutbound(bytes("c"));
    assertThat(arrived()).as("what came later does not overtake").isNull();
    assertThat(sent()).isNull();

    pass(DELAY);

    assertThat(new String[] {arrived(), arrived(), arrived()}).containsExactly("1", "2", "3");
    assertThat(new String[] {sent(), sent(), sent()}).containsExactly("a", "b", "c");
    channel.writeInbound(bytes("4"));
    assertThat(arrived()).isEqualTo("4");
  }

  @Test
  void aLongWayIsFullAtSomePoint() {
    line.delay(DELAY);

    channel.write(Unpooled.wrappedBuffer(new byte[1024 * 1024]));
    assertThat(channel.isWritable()).isTrue();
    channel.write(Unpooled.wrappedBuffer(new byte[1]));
    assertThat(channel.isWritable()).isFalse();

    pass(DELAY);
    assertThat(channel.isWritable()).isTrue();
    channel.releaseOutbound();
  }

  @Test
  void whoIsToldGoodbyeHearsTheLastWords() {
    line.delay(TimeUnit.MINUTES.toNanos(1));
    channel.writeOutbound(bytes("last"));

    channel.close();

    assertThat(sent()).isEqualTo("last");
  }

  @Test
  void whatIsUnderWayAtTheEndIsLost() {
    line.delay(TimeUnit.MINUTES.toNanos(1));
    ByteBuf in = bytes("in");
    ByteBuf out = bytes("out");
    channel.writeOneInbound(in);
    ChannelFuture written = channel.write(out);

    channel.pipeline().fireChannelInactive();

    assertThat(in.refCnt()).isZero();
    assertThat(out.refCnt()).isZero();
    assertThat(written.isDone() && !written.isSuccess()).isTrue();
  }
}
