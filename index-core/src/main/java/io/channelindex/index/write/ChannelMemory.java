package io.channelindex.index.write;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The channels that the owner remembers, the least recently used forgotten first: bounded by bytes.
 * A channel that is being written is taken out meanwhile.
 *
 * <p>Confined to the partition's serial executor.
 */
final class ChannelMemory {
  private final int capacityBytes;
  private final Map<String, Remembered> channels = new LinkedHashMap<>();
  private long bytes;

  private record Remembered(ChannelState state, int bytes) {}

  ChannelMemory(int capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  /** The channel, which is forgotten until it is put back; null if it is not remembered. */
  @Nullable ChannelState take(String channel) {
    Remembered remembered = channels.remove(channel);
    if (remembered == null) {
      return null;
    }
    bytes -= remembered.bytes();
    return remembered.state();
  }

  /** Remembers a channel as used just now, and forgets others if that is too much. */
  void put(ChannelState state) {
    take(state.channel());
    Remembered remembered = new Remembered(state, state.bytes());
    channels.put(state.channel(), remembered);
    bytes += remembered.bytes();
    Iterator<Remembered> oldest = channels.values().iterator();
    while (bytes > capacityBytes && oldest.hasNext()) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }

  /** Forgets everything. */
  void clear() {
    channels.clear();
    bytes = 0;
  }
}
