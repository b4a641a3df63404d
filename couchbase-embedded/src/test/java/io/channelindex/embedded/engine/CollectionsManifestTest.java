package io.channelindex.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.embedded.engine.CollectionsManifest.Collection;
import io.channelindex.embedded.engine.CollectionsManifest.Scope;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectionsManifestTest {
  private static final CollectionsManifest INITIAL = CollectionsManifest.initial();

  @Test
  void beginsWithTheDefaultCollection() {
    Scope scope = INITIAL.scope("_default");

    assertThat(INITIAL.uid()).isZero();
    assertThat(INITIAL.scopes()).containsExactly(new Scope(0, "_default"));
    assertThat(INITIAL.collectionsOf(scope)).containsExactly(new Collection(0, 0, "_default", 0));
    assertThat(INITIAL.contains(0)).isTrue();
    assertThat(INITIAL.contains(8)).isFalse();
  }

  @Test
  void givesOutIdsFromEightAndNeverAgain() {
    CollectionsManifest manifest =
        INITIAL
            .withScope("s")
            .withCollection("s", "a", 0)
            .withCollection("_default", "b", 7)
            .withoutCollection("s", "a")
            .withoutScope("s")
            .withScope("s")
            .withCollection("s", "a", 0);

    assertThat(manifest.uid()).isEqualTo(7);
    assertThat(manifest.scopes()).containsExactly(new Scope(0, "_default"), new Scope(9, "s"));
    assertThat(manifest.collection(9)).isEqualTo(new Collection(9, 0, "b", 7));
    assertThat(manifest.collection(manifest.scope("s"), "a"))
        .isEqualTo(new Collection(10, 9, "a", 0));
    assertThat(manifest.contains(8)).isFalse();
    assertThat(manifest.maxTtlSeconds(9)).isEqualTo(7);
    assertThat(manifest.maxTtlSeconds(10)).isZero();
    assertThat(manifest.maxTtlSeconds(0)).isZero();
    assertThat(manifest.maxTtlSeconds(99)).isZero();
  }

  @Test
  void earlierManifestsStayAsTheyWere() {
    CollectionsManifest before = INITIAL.withScope("s");

    before.withCollection("s", "a", 0);

    assertThat(before.collectionsOf(before.scope("s"))).isEmpty();
    assertThat(INITIAL.scopes()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "_a", "%a", "a b", "a.b", "ä", "a/b", "a\n"})
  void refusesNames(String name) {
    assertThatThrownBy(() -> INITIAL.withScope(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("scope name=" + name + ", allowed=");
    assertThatThrownBy(() -> INITIAL.withCollection("_default", name, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("collection name=" + name + ", allowed=");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "A-Z_0%9", "-", "0"})
  void allowsNames(String name) {
    assertThat(INITIAL.withScope(name).scope(name)).isNotNull();
  }

  @Test
  void namesHaveUpTo251Characters() {
    assertThat(INITIAL.withScope("a".repeat(251)).scopes()).hasSize(2);
    assertThatThrownBy(() -> INITIAL.withScope("a".repeat(252)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesWhatIsThereOrNot() {
    CollectionsManifest manifest = INITIAL.withScope("s").withCollection("s", "c", 0);

    assertThatThrownBy(() -> manifest.withScope("s"))
        .hasMessage("Scope with name \"s\" already exists");
    assertThatThrownBy(() -> manifest.withCollection("s", "c", 0))
        .hasMessage("Collection with name \"c\" in scope \"s\" already exists");
    assertThatThrownBy(() -> manifest.withCollection("t", "c", 0))
        .hasMessage("Scope with name \"t\" is not found");
    assertThatThrownBy(() -> manifest.withoutCollection("s", "d"))
        .hasMessage("Collection with name \"d\" in scope \"s\" is not found");
    assertThatThrownBy(() -> manifest.withoutScope("s"))
        .hasMessage("Scope with name \"s\" is not empty");
    assertThatThrownBy(() -> manifest.withoutScope("_default"))
        .hasMessage("Scope with name \"_default\" cannot be dropped");
    assertThatThrownBy(() -> manifest.withCollection("s", "d", -1))
        .hasMessage("maxTTL=-1, minimum=0");
  }

  @Test
  void theDefaultCollectionCanBeDropped() {
    CollectionsManifest manifest = INITIAL.withoutCollection("_default", "_default");

    assertThat(manifest.contains(0)).isFalse();
    assertThat(manifest.collectionsOf(manifest.scope("_default"))).isEmpty();
  }

  @Property
  void equalsAMapOfNames(@ForAll long seed) {
    Random random = new Random(seed);
    CollectionsManifest manifest = INITIAL;
    Map<String, Map<String, Integer>> model = new TreeMap<>();
    model.put("_default", new TreeMap<>(Map.of("_default", 0)));
    int nextCollection = 8;
    for (int step = 0; step < 60; step++) {
      String scope = List.of("_default", "s", "t").get(random.nextInt(3));
      String collection = "c" + random.nextInt(3);
      long uid = manifest.uid();
      boolean changes;
      try {
        switch (random.nextInt(4)) {
          case 0 -> {
            changes = !model.containsKey(scope);
            manifest = manifest.withScope(scope);
            model.put(scope, new TreeMap<>());
          }
          case 1 -> {
            changes = model.containsKey(scope) && !model.get(scope).containsKey(collection);
            manifest = manifest.withCollection(scope, collection, 0);
            model.get(scope).put(collection, nextCollection++);
          }
          case 2 -> {
            changes = model.containsKey(scope) && model.get(scope).containsKey(collection);
            manifest = manifest.withoutCollection(scope, collection);
            model.get(scope).remove(collection);
          }
          default -> {
            changes =
                !scope.equals("_default") && model.containsKey(scope) && model.get(scope).isEmpty();
            manifest = manifest.withoutScope(scope);
            model.remove(scope);
          }
        }
        assertThat(changes).isTrue();
        assertThat(manifest.uid()).isEqualTo(uid + 1);
      } catch (IllegalArgumentException refused) {
        assertThat(manifest.uid()).as(refused.getMessage()).isEqualTo(uid);
      }
      assertThat(names(manifest)).isEqualTo(model);
    }
  }

  private static Map<String, Map<String, Integer>> names(CollectionsManifest manifest) {
    Map<String, Map<String, Integer>> names = new TreeMap<>();
    for (Scope scope : manifest.scopes()) {
      Map<String, Integer> members = new TreeMap<>();
      manifest.collectionsOf(scope).forEach(c -> members.put(c.name(), c.id()));
      names.put(scope.name(), members);
    }
    return names;
  }
}
