/** Wake-ups for feeds that the index bucket pushes. */
@NullMarked
package io.channelindex.server.wakeup;

import org.jspecify.annotations.NullMarked;
