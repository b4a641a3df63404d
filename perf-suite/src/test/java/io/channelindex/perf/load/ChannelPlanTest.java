package io.channelindex.perf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.perf.load.ChannelPlan.Appearance;
import io.channelindex.perf.load.ChannelPlan.Kind;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChannelPlanTest {
  @ParameterizedTest
  @CsvSource({"1, 1, 100", "3, 7, 1000", "50, 1500, 9999", "8, 100, 17"})
  void everyWriteMakesTheNextVersionOfItsDocument(int channels, int documents, int writes) {
    ChannelPlan plan = new ChannelPlan(channels, documents, writes);
    Map<Integer, Integer> versions = new HashMap<>();
    for (int write = 0; write < writes; write++) {
      int document = plan.document(write);
      int version = plan.version(write);
      assertThat(version).isEqualTo(versions.merge(document, 1, Integer::sum));
      assertThat(plan.write(document, version)).isEqualTo(write);
      assertThat(document).isLessThan(plan.documents());
    }
    versions.forEach(
        (document, version) -> assertThat(plan.write(document, version + 1)).isEqualTo(-1));
    assertThat(plan.write(plan.documents(), 1)).isEqualTo(-1);
    assertThat(plan.write(-1, 1)).isEqualTo(-1);
    assertThat(plan.write(0, 0)).isEqualTo(-1);
  }

  /** The naive model: go through the versions one by one and remember where the document is. */
  @ParameterizedTest
  @CsvSource({"1, 5", "2, 40", "7, 60"})
  void channelsAndAppearancesFollowFromTheKindsOfWrites(int channels, int documents) {
    ChannelPlan plan = new ChannelPlan(channels, documents, documents * 60);
    Map<Kind, Integer> kinds = new HashMap<>();
    for (int document = 0; document < documents; document++) {
      int where = document % channels;
      boolean there = false;
      for (int version = 1; version <= 40; version++) {
        Kind kind = plan.kind(document, version);
        kinds.merge(kind, 1, Integer::sum);
        int before = there ? where : -1;
        where = kind == Kind.MOVE ? (where + 1) % channels : where;
        there = kind != Kind.DELETE;
        assertThat(plan.channel(document, version)).isEqualTo(where);
        for (int channel = 0; channel < channels; channel++) {
          Appearance expected =
              channel == where
                  ? there ? Appearance.ACTIVE : Appearance.DELETED
                  : channel == before ? Appearance.REMOVED : Appearance.NONE;
          assertThat(plan.appearance(channel, document, version))
              .as("channel=%d, document=%d, version=%d", channel, document, version)
              .isEqualTo(expected);
        }
      }
    }
    int all = documents * 40;
    assertThat(kinds.get(Kind.MOVE)).isBetween(all / 15, all / 8);
    assertThat(kinds.get(Kind.DELETE)).isBetween(all / 15, all / 8);
  }

  @Test
  void aPlanWithoutChannelsIsRefused() {
    assertThatThrownBy(() -> new ChannelPlan(0, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("invalid plan: channels=0, documents=1, writes=1");
  }
}
