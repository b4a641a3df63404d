/** What a person sees while a run goes on. */
@NullMarked
package io.channelindex.perf.progress;

import org.jspecify.annotations.NullMarked;
