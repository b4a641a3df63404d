package io.channelindex.benchmarks.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.channelindex.storage.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;

class BlockBenchmarkTest {
  @Test
  void whatIsEncodedAndWhatIsDecodedIsTheEntries() throws Exception {
    for (String block : values("block")) {
      for (String entries : values("entries")) {
        BlockBenchmark benchmark = new BlockBenchmark();
        benchmark.block = block;
        benchmark.entries = entries;
        benchmark.count = 100;
        benchmark.makeBlocks();
        BlockEncoding encoding = BlockEncoding.named(block);

        assertThat(BlockSizes.decode(encoding, benchmark.encode()))
            .as("%s of %s", block, entries)
            .isEqualTo(benchmark.used());
        List<Entry> decoded = new ArrayList<>();
        benchmark.decode(
            (id, revision, vbucket, seqno, vbuuid, state) ->
                decoded.add(new Entry(id, revision, vbucket, seqno, vbuuid, state)));
        assertThat(decoded).isEqualTo(benchmark.used());
        decoded.clear();
        benchmark.scan(
            (id, revision, vbucket, seqno, vbuuid, state) ->
                decoded.add(new Entry(id, revision, vbucket, seqno, vbuuid, state)));
        List<Entry> wanted = new ArrayList<>(benchmark.used());
        wanted.removeIf(entry -> entry.vbucket() % 16 != 3);
        assertThat(decoded).isNotEmpty().isEqualTo(wanted);
      }
    }
  }

  @Test
  void noEncodingAndNoKindOfEntriesIsLeftOut() throws Exception {
    assertThat(values("block")).containsExactlyElementsOf(BlockEncoding.NAMES);
    assertThat(values("entries")).hasSameSizeAs(BlockEntries.values());
    for (String entries : values("entries")) {
      assertThat(BlockEntries.named(entries).text()).isEqualTo(entries);
    }
  }

  @Test
  void theTableHasSizesAndTheirRatios() {
    for (String entries : List.of("typical", "hostile")) {
      BlockSizes.Size columns = BlockSizes.of("columns", entries, 1_000);
      BlockSizes.Size json = BlockSizes.of("json+zstd", entries, 1_000);

      assertThat(columns.wrong()).isZero();
      assertThat(json.wrong()).isZero();
      assertThat(columns.ratio()).isBetween(1.0, 1.15);
      assertThat(json.bytesPerEntry()).isGreaterThan(1.3 * columns.bytesPerEntry());
    }
    BlockSizes.main(new String[] {"20"});
  }

  /** The bound of what can be counted: a parameter that is changed on one side only would show. */
  @Test
  void theBoundIsTheEntropyOfWhatIsDrawn() {
    int count = 200_000;
    List<Entry> entries = BlockEntries.TYPICAL.sample(count, 5);
    Map<Long, Integer> gaps = new HashMap<>();
    Map<String, Integer> generations = new HashMap<>();
    Map<Object, Integer> states = new HashMap<>();
    for (int i = 1; i < count; i++) {
      Entry entry = entries.get(i);
      if (entry.vbucket() == entries.get(i - 1).vbucket()) {
        gaps.merge(entry.seqno() - entries.get(i - 1).seqno(), 1, Integer::sum);
      }
      generations.merge(
          entry.revision().substring(0, entry.revision().indexOf('-')), 1, Integer::sum);
      states.merge(entry.state(), 1, Integer::sum);
    }
    double counted = entropy(gaps) + entropy(generations) + entropy(states);
    double stated =
        8 * BlockEntries.TYPICAL.boundBytes(count) / count - 128 - BlockEntries.TYPICAL.idBits();

    assertThat(counted).isCloseTo(stated, within(0.05));
  }

  private static double entropy(Map<?, Integer> counts) {
    double all = counts.values().stream().mapToInt(Integer::intValue).sum();
    return BlockEntries.entropy(
        counts.values().stream().mapToDouble(count -> count / all).toArray());
  }

  private static String[] values(String parameter) throws NoSuchFieldException {
    return BlockBenchmark.class.getDeclaredField(parameter).getAnnotation(Param.class).value();
  }
}
