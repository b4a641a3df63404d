/** Where a run happens: an embedded node in its own process, a container, an external cluster. */
@NullMarked
package io.channelindex.perf.target;

import org.jspecify.annotations.NullMarked;
