package io.channelindex.perf.progress;

/**
 * What is going on.
 *
 * @param position which workload this is, from 1
 * @param total how many workloads there are
 * @param title the workload and where it runs
 * @param phase what it is doing
 * @param share how much of the phase is done, 0 to 1
 * @param rate how much happens per second; 0 if that says nothing
 */
public record Step(
    int position, int total, String title, String phase, double share, double rate) {}
