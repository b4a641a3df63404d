package io.channelindex.storage;

/**
 * A value and the version under which it was read.
 *
 * @param value what was read
 * @param cas its version: what a later write of it has to name
 */
public record Versioned<T>(T value, long cas) {}
