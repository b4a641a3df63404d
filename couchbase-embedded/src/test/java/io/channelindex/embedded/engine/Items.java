package io.channelindex.embedded.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Items and writes for tests that do not care for most of their fields. */
final class Items {
  private Items() {}

  static Item document(String key, long seqno) {
    return document(key, seqno, 0);
  }

  static Item document(String key, long seqno, int valueLength) {
    Key k = Key.of(key);
    byte[] value = new byte[valueLength];
    return new Item(
        Item.Kind.DOCUMENT, 0, k.copy(), k.hash(), value, 0, 0, 0, seqno << 16, seqno, 1);
  }

  static Item tombstone(String key, long seqno) {
    Key k = Key.of(key);
    return new Item(
        Item.Kind.DELETION, 0, k.copy(), k.hash(), new byte[0], 0, 0, 1, seqno << 16, seqno, 1);
  }

  static Write write(String body) {
    return write(body, 0, 0);
  }

  static Write write(String body, int expiry, long cas) {
    return new Write().set(body.getBytes(UTF_8), 0, 0, expiry, cas);
  }

  static String body(Item item) {
    return new String(item.value(), UTF_8);
  }

  static String key(Item item) {
    return item.collection() + ":" + new String(item.key(), UTF_8);
  }
}
