package io.channelindex.server.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentMetadata.Leaving;
import io.channelindex.server.documents.DocumentMetadata.Life;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Lives of documents, the attribute written and read back at every write, beside a naive model. */
class DocumentMetadataTest {
  private static final int LIMIT = 3;

  enum Kind {
    WRITE,
    DELETE,
    FOREIGN_WRITE_AND_IMPORT,
    FOREIGN_WRITE_OVERWRITTEN,
    FOREIGN_DELETE
  }

  /** One step; the index has everything up to {@code lag} seqnos before it. */
  record Step(Kind kind, Set<String> channels, int lag) {}

  /** The newest thing that happened to a channel. */
  record Event(String what, long seqno) {}

  @Provide
  Arbitrary<List<Step>> lives() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.of("a", "b", "c", "d", "e", "f", "g").set().ofMaxSize(4),
            Arbitraries.integers().between(0, 20))
        .as(Step::new)
        .list()
        .ofMaxSize(40);
  }

  @Property
  void everyChannelFindsItsNewestEventInTheNewestState(@ForAll("lives") List<Step> life) {
    Simulation simulation = new Simulation();
    for (Step step : life) {
      simulation.take(step);
      assertThat(simulation.told()).isEqualTo(simulation.model);
    }
  }

  @Property
  void noEventIsForgottenThatIsNotIndexed(@ForAll("lives") List<Step> life) {
    Simulation simulation = new Simulation();
    long stable = 0;
    for (Step step : life) {
      stable = Math.max(stable, simulation.seqno - step.lag());
      simulation.pruneUpTo = stable;
      simulation.take(step);
      Map<String, Event> told = simulation.told();
      long indexed = stable;
      assertThat(simulation.model.entrySet()).containsAll(told.entrySet());
      assertThat(told.entrySet())
          .containsAll(
              simulation.model.entrySet().stream()
                  .filter(event -> event.getValue().seqno() > indexed)
                  .toList());
      long old =
          told.values().stream()
              .filter(event -> !event.what().equals("in") && event.seqno() <= indexed)
              .count();
      if (simulation.wroteAttribute && told.size() - simulation.active() > LIMIT) {
        assertThat(old).as("leavings that need not be remembered").isZero();
      }
    }
  }

  private static final class Simulation {
    private final Map<String, Event> model = new TreeMap<>();
    private long seqno;
    private @Nullable Long pruneUpTo;
    private boolean wroteAttribute;
    private @Nullable DocumentMetadata metadata;

    void take(Step step) {
      wroteAttribute = false;
      switch (step.kind()) {
        case WRITE -> write(step.channels(), Life.ALIVE);
        case DELETE -> {
          if (metadata != null && !metadata.isDeleted()) {
            write(Set.of(), Life.DELETED);
          }
        }
        case FOREIGN_WRITE_AND_IMPORT -> {
          seqno++;
          write(step.channels(), Life.ALIVE);
        }
        case FOREIGN_WRITE_OVERWRITTEN -> {
          seqno++;
          if (metadata != null) {
            metadata = metadata.next(revision(), Life.ALIVE, step.channels());
            step.channels().forEach(channel -> model.put(channel, new Event("in", seqno)));
          }
          write(Set.of("g"), Life.ALIVE);
        }
        case FOREIGN_DELETE -> foreignDelete();
      }
    }

    private void write(Set<String> channels, Life life) {
      seqno++;
      DocumentMetadata next =
          metadata == null
              ? DocumentMetadata.initial(revision(), life, channels)
              : metadata.next(revision(), life, channels);
      if (pruneUpTo != null) {
        next = next.pruned(LIMIT, pruneUpTo);
      }
      DocumentAttribute read = DocumentAttribute.parse(stored(next, seqno)).orElseThrow();
      assertThat(read.cas()).isEqualTo(cas(seqno));
      assertThat(read.seqno()).isEqualTo(seqno);
      metadata = read.asOf(cas(seqno), seqno);
      assertThat(metadata).isEqualTo(next.at(seqno));
      wroteAttribute = true;
      modelled(channels, life == Life.DELETED ? "deleted" : "left");
    }

    private void foreignDelete() {
      if (metadata != null && !metadata.isDeleted()) {
        seqno++;
        metadata = metadata.deletedAt(seqno);
        modelled(Set.of(), "deleted");
      }
    }

    private void modelled(Set<String> channels, String leaving) {
      model.replaceAll(
          (channel, event) -> event.what().equals("in") ? new Event(leaving, seqno) : event);
      channels.forEach(channel -> model.put(channel, new Event("in", seqno)));
    }

    private Revision revision() {
      return new Revision(seqno, "0".repeat(32));
    }

    private Map<String, Event> told() {
      Map<String, Event> told = new TreeMap<>();
      if (metadata != null) {
        metadata.channels().forEach(channel -> told.put(channel, new Event("in", seqno)));
        metadata
            .leavings()
            .forEach(
                (channel, leaving) ->
                    told.put(
                        channel,
                        new Event(
                            leaving.life() == Life.DELETED ? "deleted" : "left", leaving.seqno())));
      }
      return told;
    }

    private long active() {
      return metadata == null ? 0 : metadata.channels().size();
    }
  }

  private static long cas(long seqno) {
    return 0x18ea2ad85f2b0000L + seqno;
  }

  /** The attribute as the data service would store it: macros expanded. */
  private static byte[] stored(DocumentMetadata metadata, long seqno) {
    AttributeFormat.Written written = AttributeFormat.write(metadata);
    ObjectNode json = written.json();
    json.put("cas", HexNumber.format(Long.reverseBytes(cas(seqno))));
    json.put("seq", HexNumber.format(seqno));
    if (!metadata.isDeleted()) {
      json.put("crc", "0xf9c2544e");
    }
    for (String slot : written.pendingSlots()) {
      ((ObjectNode) json.path("slots").path(slot)).put("seq", HexNumber.format(seqno));
    }
    return DocumentJson.write(json);
  }

  @Test
  void aCopyFromAnotherBucketLeavesEverythingWithTheCopy() {
    Revision revision = new Revision(2, "0".repeat(32));
    DocumentMetadata there =
        DocumentMetadata.initial(revision, Life.ALIVE, Set.of("a", "b"))
            .next(revision, Life.ALIVE, Set.of("b"))
            .at(5);
    DocumentAttribute copied = DocumentAttribute.parse(stored(there, 5)).orElseThrow();

    assertThat(copied.asOf(cas(5), 900).at(900).leavings())
        .containsExactlyEntriesOf(Map.of("a", new Leaving(revision, 900, Life.ALIVE)));
    assertThat(copied.asOf(cas(5), 5).leavings())
        .as("at home")
        .containsExactlyEntriesOf(Map.of("a", new Leaving(revision, 5, Life.ALIVE)));
    assertThat(copied.asOf(cas(6), 3).at(3).leavings())
        .as("touched after a restore into a younger bucket")
        .containsExactlyEntriesOf(Map.of("a", new Leaving(revision, 3, Life.ALIVE)));
  }

  @Test
  void pruningComparesSeqnosUnsigned() {
    Revision revision = new Revision(2, "0".repeat(32));
    DocumentMetadata metadata =
        DocumentMetadata.initial(revision, Life.ALIVE, Set.of("a"))
            .next(revision, Life.ALIVE, Set.of())
            .at(-5);
    assertThat(metadata.pruned(0, 1000).leavings()).containsKey("a");
    assertThat(metadata.pruned(0, -5).leavings()).isEmpty();
  }

  @Test
  void slotsAreSharedByTheChannelsThatWereLeftTogether() {
    Revision revision = new Revision(2, "0".repeat(32));
    Set<String> many = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      many.add("channel-" + i);
    }
    DocumentMetadata metadata =
        DocumentMetadata.initial(revision, Life.ALIVE, many).next(revision, Life.DELETED, Set.of());
    assertThat(AttributeFormat.write(metadata).pendingSlots()).hasSize(1);
    assertThat(DocumentAttribute.specs(metadata))
        .as("a multi-mutation has 16 paths, and one is the body's")
        .hasSizeLessThan(16);
  }
}
