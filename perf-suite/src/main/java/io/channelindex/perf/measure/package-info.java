/** What is measured and how: clocks, throughput, latency from the intended start, metrics. */
@NullMarked
package io.channelindex.perf.measure;

import org.jspecify.annotations.NullMarked;
