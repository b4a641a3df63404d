package io.channelindex.index.read;

import io.channelindex.storage.IndexKeys;

/**
 * A channel's name, with what stands for it in stable documents.
 *
 * @param hash its {@linkplain IndexKeys#channelHash hash}
 */
record Channel(String name, long hash) {
  static Channel of(String name) {
    return new Channel(name, IndexKeys.channelHash(name));
  }
}
