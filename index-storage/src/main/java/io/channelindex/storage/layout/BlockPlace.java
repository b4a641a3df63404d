package io.channelindex.storage.layout;

import io.channelindex.storage.IndexKeys;

/**
 * Where a channel's blocks belong.
 *
 * @param channel its name
 * @param keys of the database
 * @param partition the partition
 * @param firstVbucket the first of the partition's vbuckets
 * @param vbuckets how many they are
 * @param coding how blocks are compressed
 * @param epoch of the owner who writes; what readers say is of no account
 */
public record BlockPlace(
    String channel,
    IndexKeys keys,
    int partition,
    int firstVbucket,
    int vbuckets,
    BlockCoding coding,
    long epoch) {}
