package io.channelindex.index.read;

import io.channelindex.sequence.token.FeedToken;

/** Where a feed begins. */
public sealed interface Since {
  /** Before everything. */
  record Beginning() implements Since {}

  /** After everything that is readable now. */
  record Now() implements Since {}

  /**
   * Where an earlier feed stood, see {@link ChannelIndex#resume}.
   *
   * @param token what its token says
   * @param seq the token's text
   */
  record At(FeedToken token, String seq) implements Since {}
}
