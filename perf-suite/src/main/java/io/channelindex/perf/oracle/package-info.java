/** The independent judge: what the writers got acknowledged, compared with what was observed. */
@NullMarked
package io.channelindex.perf.oracle;

import org.jspecify.annotations.NullMarked;
