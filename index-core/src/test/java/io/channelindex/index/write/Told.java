package io.channelindex.index.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.channelindex.index.read.Page;
import io.channelindex.index.read.Row;
import io.channelindex.index.write.DataVbucket.Version;
import io.channelindex.storage.EntryState;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a client has been told up to a token; it may go on from there more than once.
 *
 * @param seq the token; empty before the first
 * @param rows the last row of each document
 */
record Told(String seq, Map<String, Row> rows) {
  /** A client that comes for the first time. */
  static final Told NOTHING = new Told("", Map.of());

  Told {
    rows = Map.copyOf(rows);
  }

  /**
   * What a client has been told after a page.
   *
   * @param between told of what a client knows that goes on at one of the page's tokens
   */
  Told and(Page page, Consumer<Told> between) {
    assertThat(page.rows()).map(Row::documentId).as("a page's documents").doesNotHaveDuplicates();
    Map<String, Row> known = new HashMap<>(rows);
    for (Row row : page.rows()) {
      known.put(row.documentId(), row);
      between.accept(new Told(row.seq(), known));
    }
    Told after = new Told(page.lastSeq(), known);
    between.accept(after);
    return after;
  }

  /** A client of these channels that has caught up knows how the documents are. */
  void assertKnows(Set<String> channels, Collection<DataVbucket> data) {
    for (DataVbucket vbucket : data) {
      for (Version version : vbucket.latest(vbucket.high()).values()) {
        if (!vbucket.isPurged(version.id())) {
          assertKnows(channels, version);
        }
      }
    }
  }

  private void assertKnows(Set<String> channels, Version version) {
    if (version.rows().keySet().stream().noneMatch(channels::contains)) {
      return;
    }
    Row row = rows.get(version.id());
    boolean inside =
        version.rows().entrySet().stream()
            .anyMatch(
                in -> channels.contains(in.getKey()) && in.getValue().state() == EntryState.ACTIVE);
    String what = "a client of channels=" + channels + ", version=" + version + ", told=" + row;
    if (inside) {
      assertThat(row).as(what).isNotNull();
      assertThat(row.deleted() || !row.removed().isEmpty()).as(what).isFalse();
      assertThat(row.revision()).as(what).isEqualTo(version.revision());
    } else if (row != null) {
      assertThat(row.deleted() || !row.removed().isEmpty()).as(what).isTrue();
    }
  }
}
