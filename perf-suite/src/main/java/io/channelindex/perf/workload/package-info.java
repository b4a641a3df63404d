/** The workloads, one class each, behind one interface. */
@NullMarked
package io.channelindex.perf.workload;

import org.jspecify.annotations.NullMarked;
