package io.channelindex.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.couchbase.client.core.deps.io.netty.buffer.ByteBuf;
import com.couchbase.client.core.deps.io.netty.buffer.Unpooled;
import com.couchbase.client.dcp.message.DcpFailoverLogResponse;
import com.couchbase.client.dcp.message.MessageUtil;
import com.couchbase.client.dcp.state.FailoverLogEntry;
import io.channelindex.sequence.FailoverEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is a failover log, and what the client only says is one. */
class FailoverLogsTest {
  /** As the client makes it: whatever the answer had, and the vbucket. */
  private static ByteBuf answer(ByteBuf content) {
    ByteBuf message = Unpooled.buffer();
    DcpFailoverLogResponse.init(message);
    MessageUtil.setContent(content.writeShort(5), message);
    return message;
  }

  @Test
  void readsBranchesNewestFirst() {
    ByteBuf content =
        Unpooled.buffer().writeLong(77).writeLong(10).writeLong(66).writeLong(10).writeLong(55);
    assertThat(FailoverLogs.parse(answer(content.writeLong(0))))
        .containsExactly(
            new FailoverEntry(77, 10), new FailoverEntry(66, 10), new FailoverEntry(55, 0));
  }

  @Test
  void refusesTheBodyOfARefusal() {
    String map = "{\"rev\":12,\"name\":\"data\",\"nodeLocator\":\"vbucket\",\"x\":0}";
    for (int length = 0; length < map.length(); length++) {
      byte[] text = map.substring(0, length).getBytes(StandardCharsets.UTF_8);
      ByteBuf answer = answer(Unpooled.buffer().writeBytes(text));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FailoverLogs.parse(answer))
          .withMessageContaining("failover log");
    }
  }

  @Test
  void refusesSeqnosThatRiseTowardsThePast() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                FailoverLogs.check(List.of(new FailoverLogEntry(4, 1), new FailoverLogEntry(5, 2))))
        .withMessage("not a failover log: seqno=5, max=4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FailoverLogs.check(List.of(new FailoverLogEntry(-1, 1))));
    assertThatIllegalArgumentException().isThrownBy(() -> FailoverLogs.check(List.of()));
  }
}
