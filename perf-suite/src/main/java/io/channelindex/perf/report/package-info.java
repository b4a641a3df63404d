/** The report: results, percentile logs, summary and page, and their validation. */
@NullMarked
package io.channelindex.perf.report;

import org.jspecify.annotations.NullMarked;
