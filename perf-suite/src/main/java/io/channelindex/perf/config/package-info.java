/** The settings of a run: one immutable, self-validating record per section. */
@NullMarked
package io.channelindex.perf.config;

import org.jspecify.annotations.NullMarked;
