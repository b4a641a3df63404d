package io.channelindex.embedded;

import io.channelindex.embedded.auth.UserStore;
import io.channelindex.embedded.manager.ControlInterface;
import io.netty.channel.EventLoopGroup;
import org.jspecify.annotations.Nullable;

/**
 * What all nodes of an {@link EmbeddedCouchbase} share.
 *
 * @param acceptor accepts connections, and answers HTTP
 * @param workers answer clients of the data service
 * @param control null if there is to be no control interface
 */
record NodeResources(
    UserStore users,
    EventLoopGroup acceptor,
    EventLoopGroup workers,
    @Nullable ControlInterface control) {}
