package io.channelindex.embedded.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ItemTableTest {
  @Property(tries = 100)
  void equalsAHashMap(@ForAll long seed, @ForAll @IntRange(min = 1, max = 400) int keys) {
    Random random = new Random(seed);
    ItemTable table = new ItemTable();
    Map<String, Item> model = new HashMap<>();
    for (int step = 1; step <= 1000; step++) {
      String key = "key-" + random.nextInt(keys);
      Item previous = table.get(Key.of(key));
      assertThat(previous).isSameAs(model.get(key));
      if (previous != null && random.nextInt(3) == 0) {
        table.remove(previous);
        model.remove(key);
      } else {
        Item item = Items.document(key, step);
        table.put(item, previous);
        model.put(key, item);
        assertThat(table.find(Items.document(key, 0))).isSameAs(item);
      }
    }
    List<Item> all = new ArrayList<>();
    table.forEach(all::add);
    assertThat(all).containsExactlyInAnyOrderElementsOf(model.values());
    for (Item each : all) {
      assertThat(table.findFrom(random.nextInt(), item -> item == each)).isSameAs(each);
    }
    assertThat(table.findFrom(random.nextInt(), item -> false)).isNull();
  }

  @Test
  void keysOfDifferentCollectionsAreDifferent() {
    ItemTable table = new ItemTable();
    Item item = Items.document("same", 1);
    table.put(item, null);

    assertThat(table.get(Key.of(0, "same"))).isSameAs(item);
    assertThat(table.get(Key.of(8, "same"))).isNull();
  }

  @Test
  void keysWithTheSameHashStayApart() {
    // "Aa" and "BB" have the same polynomial hash.
    assertThat(Key.of("Aa").hash()).isEqualTo(Key.of("BB").hash());
    ItemTable table = new ItemTable();
    Item first = Items.document("Aa", 1);
    Item second = Items.document("BB", 2);
    table.put(first, null);
    table.put(second, null);

    table.remove(first);

    assertThat(table.get(Key.of("Aa"))).isNull();
    assertThat(table.get(Key.of("BB"))).isSameAs(second);
  }

  @Test
  void refusesToReplaceOrRemoveWhatIsNotThere() {
    ItemTable table = new ItemTable();

    assertThatThrownBy(() -> table.remove(Items.document("a", 1)))
        .hasMessageContaining("not in the table: item=");
    assertThatThrownBy(() -> table.put(Items.document("a", 2), Items.document("a", 1)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void isEmptyOnceCleared() {
    ItemTable table = new ItemTable();
    for (int i = 0; i < 100; i++) {
      table.put(Items.document("key-" + i, i), null);
    }

    table.clear();

    List<Item> all = new ArrayList<>();
    table.forEach(all::add);
    assertThat(all).isEmpty();
    assertThat(table.get(Key.of("key-1"))).isNull();
  }

  @Test
  void aReusedKeyFindsWhatItPointsAtNow() {
    ItemTable table = new ItemTable();
    Item item = Items.document("bc", 1);
    table.put(item, null);
    Key key = new Key();
    byte[] buffer = key.buffer(4);
    buffer[0] = 'a';
    buffer[1] = 'b';
    buffer[2] = 'c';
    buffer[3] = 'd';

    assertThat(table.get(key.set(0, 1, 2))).isSameAs(item);
    assertThat(table.get(key.set(0, 0, 2))).isNull();
    assertThat(table.get(key.set(0, 1, 3))).isNull();
  }
}
