package io.channelindex.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.read.Page;
import io.channelindex.index.read.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RowSelectionTest {
  /**
   * However rows fall into pages: what is sent is what filtering and then cutting the whole gives,
   * and a feed that goes on at the last token gets exactly the rest.
   */
  @Property
  void pagesGiveWhatTheWholeGives(
      @ForAll @Size(max = 60) List<@IntRange(max = 5) Integer> ids,
      @ForAll @IntRange(min = 1, max = 8) int pageSize,
      @ForAll @IntRange(min = 1, max = 30) int limit,
      @ForAll @Size(min = 1) Set<@IntRange(max = 5) Integer> wanted,
      @ForAll boolean filtered) {
    List<Row> all = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      all.add(Rows.row("s" + i, "d" + ids.get(i)));
    }
    Set<String> names = filtered ? Set.copyOf(wanted.stream().map(id -> "d" + id).toList()) : null;
    RowSelection selection = new RowSelection(names, limit, pageSize);

    List<Row> sent = new ArrayList<>();
    int at = 0;
    Page last = new Page(List.of(), "s-1", all.isEmpty(), all.size());
    while (!selection.isComplete(sent.size()) && at < all.size()) {
      int end = Math.min(all.size(), at + selection.ask(sent.size()));
      int left = all.size() - end;
      Page page = new Page(all.subList(at, end), "s" + (end - 1), left == 0, left);
      last = selection.of(page, sent.size());
      sent.addAll(last.rows());
      at = end;
    }

    List<Row> expected =
        all.stream()
            .filter(row -> names == null || names.contains(row.documentId()))
            .limit(limit)
            .toList();
    assertThat(sent).isEqualTo(expected);
    int resumed = Integer.parseInt(last.lastSeq().substring(1)) + 1;
    assertThat(last.pending()).isEqualTo(all.size() - resumed);
    assertThat(last.caughtUp()).isEqualTo(last.pending() == 0);
    List<Row> skipped = all.subList(0, resumed);
    assertThat(skipped.stream().filter(r -> names == null || names.contains(r.documentId())))
        .hasSameSizeAs(sent);
  }
}
