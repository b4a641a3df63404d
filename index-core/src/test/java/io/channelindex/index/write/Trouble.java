package io.channelindex.index.write;

/** What may go wrong in a {@link WriterHistory}. */
enum Trouble {
  FAULT {
    @Override
    void strike(WriterHistory history) {
      history.injectFault();
    }
  },
  RELEASE {
    @Override
    void strike(WriterHistory history) {
      history.bucket.release();
    }
  },
  /** Some reads fail, or are answered late, and others do not. */
  PARTIAL_READS {
    @Override
    void strike(WriterHistory history) {
      history.failSomeReads();
    }
  },
  CRASH {
    @Override
    void strike(WriterHistory history) {
      history.current().stepsToLive = history.random.nextInt(10);
    }
  },
  TAKE_OVER {
    @Override
    void strike(WriterHistory history) {
      history.take();
    }
  },
  /** An owner is paused with its writes on the way, which arrive late. */
  ZOMBIE {
    @Override
    void strike(WriterHistory history) {
      history.pauseOwner();
    }
  },
  /** A stream brings again what it brought already. */
  REPLAY {
    @Override
    void strike(WriterHistory history) {
      DataStream stream = history.current().streams.get(history.anyVbucket());
      if (stream != null) {
        stream.replay();
      }
    }
  },
  DISCONNECT {
    @Override
    void strike(WriterHistory history) {
      DataStream stream = history.current().streams.get(history.anyVbucket());
      if (stream != null) {
        stream.disconnect();
      }
    }
  },
  FAIL_OVER {
    @Override
    void strike(WriterHistory history) {
      DataVbucket source = history.data.get(history.anyVbucket());
      source.failOver(
          Math.max(0, source.high() - history.random.nextInt(1 + (int) source.high() / 2)));
      history.disconnectAll();
    }
  },
  FAIL_OVER_TWICE {
    @Override
    void strike(WriterHistory history) {
      history.failOverTwice();
    }
  },
  PURGE {
    @Override
    void strike(WriterHistory history) {
      history.data.get(history.anyVbucket()).purge();
    }
  },
  FLUSH {
    @Override
    void strike(WriterHistory history) {
      history.data.get(history.anyVbucket()).flush();
      history.disconnectAll();
    }
  };

  abstract void strike(WriterHistory history);
}
