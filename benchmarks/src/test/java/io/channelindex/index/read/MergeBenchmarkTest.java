package io.channelindex.index.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.storage.Entry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergeBenchmarkTest {
  @ParameterizedTest
  @EnumSource
  void theRowsAreTheNewestStatesInOrder(MergeBenchmark.Shape shape) {
    MergeBenchmark benchmark = new MergeBenchmark();
    benchmark.shape = shape;
    benchmark.begin();
    Map<String, Long> newest = new HashMap<>();
    for (List<Entry> entries : benchmark.entries()) {
      entries.forEach(entry -> newest.merge(entry.documentId(), entry.seqno(), Math::max));
    }

    for (int round = 0; round < 2; round++) {
      List<FeedRow> rows = benchmark.merge();
      assertThat(rows).hasSize(shape.documents()).isSorted();
      assertThat(rows).allMatch(row -> newest.get(row.documentId()) == row.seqno());
    }
  }
}
