/** Tokens by each strategy. */
@NullMarked
package io.channelindex.benchmarks.token;

import org.jspecify.annotations.NullMarked;
