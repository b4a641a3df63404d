/** Runs benchmarks of this module from a program instead of by hand, in JVMs of their own. */
@NullMarked
package io.channelindex.benchmarks.survey;

import org.jspecify.annotations.NullMarked;
