package io.channelindex.embedded.chaos;

/**
 * A document as a client saw it.
 *
 * @param value its body
 * @param cas what changes with it
 */
record Version(String value, long cas) {}
