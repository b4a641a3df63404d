/** The node in JUnit 5 tests. */
@NullMarked
package io.channelindex.embedded.junit;

import org.jspecify.annotations.NullMarked;
