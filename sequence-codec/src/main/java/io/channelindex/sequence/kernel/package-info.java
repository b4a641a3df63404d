/**
 * The loops over a clock's numbers, in plain Java and, where the JVM offers it, with the Vector
 * API. Internal to this module: arrays are neither copied nor protected here.
 */
@NullMarked
package io.channelindex.sequence.kernel;

import org.jspecify.annotations.NullMarked;
