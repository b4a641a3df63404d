/** Results of two runs beside each other: what got better, what got worse, and what is noise. */
@NullMarked
package io.channelindex.perf.compare;

import org.jspecify.annotations.NullMarked;
