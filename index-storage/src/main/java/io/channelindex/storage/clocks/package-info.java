/**
 * Clocks in the index bucket: those that tokens name, and three ways to keep one that several
 * owners advance (decisions/0013).
 */
@NullMarked
package io.channelindex.storage.clocks;

import org.jspecify.annotations.NullMarked;
