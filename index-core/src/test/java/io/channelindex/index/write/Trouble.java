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
      history.current().streams.replay(history.documents.anyVbucket());
    }
  },
  /** Some owner, who may not know that it is none any more, compacts everything now. */
  COMPACT {
    @Override
    void strike(WriterHistory history) {
      history.owners.get(history.random.nextInt(history.owners.size())).compact();
    }
  },
  DISCONNECT {
    @Override
    void strike(WriterHistory history) {
      history.current().streams.disconnect(history.documents.anyVbucket());
    }
  },
  FAIL_OVER {
    @Override
    void strike(WriterHistory history) {
      history.documents.failOver();
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
      history.documents.any().purge();
    }
  },
  FLUSH {
    @Override
    void strike(WriterHistory history) {
      history.documents.any().flush();
      history.disconnectAll();
    }
  };

  abstract void strike(WriterHistory history);
}
