/**
 * Users and roles: who may see which channels, and since when (P1). What a reader needs to know of
 * them, and how their grants evolve; where they are stored is somebody else's matter.
 */
@NullMarked
package io.channelindex.index.principals;

import org.jspecify.annotations.NullMarked;
