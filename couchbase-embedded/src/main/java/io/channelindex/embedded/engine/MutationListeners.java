package io.channelindex.embedded.engine;

import java.util.Arrays;

/** Who follows a vbucket. Not thread-safe: its vbucket's lock guards it. */
final class MutationListeners {
  private static final MutationListener[] NONE = {};

  private MutationListener[] listeners = NONE;

  void add(MutationListener listener) {
    listeners = Arrays.copyOf(listeners, listeners.length + 1);
    listeners[listeners.length - 1] = listener;
  }

  /** Harmless if the listener is not there. */
  void remove(MutationListener listener) {
    listeners =
        Arrays.stream(listeners)
            .filter(other -> other != listener)
            .toArray(MutationListener[]::new);
  }

  void onMutation() {
    for (MutationListener listener : listeners) {
      listener.onMutation();
    }
  }

  /** Tells everybody for the last time. */
  void close(MutationListener.CloseReason reason) {
    MutationListener[] closed = listeners;
    listeners = NONE;
    for (MutationListener listener : closed) {
      listener.onClosed(reason);
    }
  }
}
