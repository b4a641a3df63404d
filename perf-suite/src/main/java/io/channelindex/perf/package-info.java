/**
 * The benchmark: targets, workloads and the report.
 *
 * <p>{@code config} says what to do, {@code target} starts something to do it to, {@code cluster}
 * speaks to that through the real clients, {@code workload} puts {@code load} on it, {@code
 * measure}s and lets the {@code oracle} judge, {@code report} writes it down. Dependencies run in
 * that direction only; an architecture test holds them.
 */
@NullMarked
package io.channelindex.perf;

import org.jspecify.annotations.NullMarked;
