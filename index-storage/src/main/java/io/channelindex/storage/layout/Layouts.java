package io.channelindex.storage.layout;

import java.util.List;

/** The layouts that there are. */
public final class Layouts {
  /** Layout {@code dense}: that of an index that does not say otherwise. */
  public static final Layout DENSE = new DenseLayout();

  private static final List<Layout> ALL =
      List.of(DENSE, new LogLayout(), new HybridLayout(), new BitFlagLayout());

  private Layouts() {}

  /** All of them. */
  public static List<Layout> all() {
    return ALL;
  }

  /** Their names. */
  public static List<String> names() {
    return ALL.stream().map(Layout::name).toList();
  }

  /**
   * The layout of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Layout named(String name) {
    for (Layout layout : ALL) {
      if (layout.name().equals(name)) {
        return layout;
      }
    }
    throw new IllegalArgumentException(
        "unknown layout: layout=" + name + ", expected=" + String.join("|", names()));
  }
}
