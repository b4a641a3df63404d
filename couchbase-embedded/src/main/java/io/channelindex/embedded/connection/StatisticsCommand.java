package io.channelindex.embedded.connection;

import io.channelindex.embedded.engine.Bucket;
import io.channelindex.embedded.engine.FailoverLog;
import io.channelindex.embedded.engine.StatusException;
import io.channelindex.embedded.engine.VBucket;
import io.channelindex.embedded.engine.VBucketState;
import io.channelindex.embedded.protocol.Datatype;
import io.channelindex.embedded.protocol.Status;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/**
 * The STAT command: groups of names and values, one frame each, then an empty one. Groups about
 * vbuckets tell of the copies that are here. Source: {@code engines/ep/src/ep_engine.cc}, {@code
 * vbucket.cc} and {@code failover-table.cc} of couchbase/kv_engine 7.6; of a group's values, those
 * are told that mean something here.
 */
final class StatisticsCommand {
  private static final int MAX_VBUCKET = 0xffff;

  private final Session session;
  private final ResponseWriter responses;
  private final KvService service;

  StatisticsCommand(Session session, KvService service) {
    this.session = session;
    this.responses = session.responses();
    this.service = service;
  }

  void handle(Request request) {
    if (request.extrasLength() != 0 || request.valueLength() != 0) {
      throw StatusException.of(Status.EINVAL);
    }
    String[] words = request.keyText().split(" ", 2);
    String argument = words.length == 1 ? "" : words[1];
    switch (words[0]) {
      case "vbucket-details" -> copies(argument).forEach(this::details);
      case "vbucket-seqno" -> copies(argument).forEach(this::seqnos);
      case "failovers" -> copies(argument).forEach(this::failovers);
      default -> withoutArgument(request.keyText());
    }
    responses.success();
  }

  private void server() {
    send("pid", ProcessHandle.current().pid());
    send("uptime", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
    send("version", SessionCommands.VERSION);
    send("curr_connections", service.connectionCount());
    Bucket bucket = session.selectedBucket();
    if (bucket != null) {
      send("curr_items", bucket.documentCount());
      send("mem_used", bucket.memoryUsed());
      send("ep_max_size", Math.min(bucket.shape().quotaBytes(), Runtime.getRuntime().maxMemory()));
      send("ep_tmp_oom_errors", bucket.temporaryMemoryRefusals());
      send("ep_oom_errors", bucket.hardMemoryRefusals());
      send("ep_persistence", bucket.isPersistencePaused() ? "paused" : "running");
    }
  }

  private void withoutArgument(String group) {
    switch (group) {
      case "" -> server();
      case "vbucket" -> copies("").forEach(this::state);
      default -> throw StatusException.of(Status.KEY_ENOENT);
    }
  }

  /** The one that {@code argument} names, or all if it is empty. */
  private List<VBucket> copies(String argument) {
    if (argument.isEmpty()) {
      return session.bucket().vbuckets().stream()
          .filter(vbucket -> vbucket.state() != VBucketState.DEAD)
          .toList();
    }
    try {
      int id = Integer.parseInt(argument);
      if (id >= 0 && id <= MAX_VBUCKET) {
        return List.of(session.copy(id));
      }
    } catch (NumberFormatException e) {
      // Answered below, as a number that is too large.
    }
    throw StatusException.of(Status.EINVAL);
  }

  private static String name(VBucket vbucket) {
    return "vb_" + vbucket.id();
  }

  private void state(VBucket vbucket) {
    send(name(vbucket), vbucket.state().name().toLowerCase(Locale.ROOT));
  }

  private void details(VBucket vbucket) {
    VBucket.Position position = vbucket.position();
    String prefix = name(vbucket) + ":";
    send(prefix + "num_items", position.documents());
    send(prefix + "uuid", Long.toUnsignedString(position.failoverLog().vbuuid()));
    send(prefix + "purge_seqno", position.purgeSeqno());
    send(prefix + "max_visible_seqno", vbucket.highSeqno(VBucket.View.EVERYTHING));
    send(prefix + "persistence_seqno", position.persistedSeqno());
    send(prefix + "max_cas", Long.toUnsignedString(position.maxCas()));
    send(prefix + "high_seqno", position.highSeqno());
    state(vbucket);
  }

  private void seqnos(VBucket vbucket) {
    VBucket.Position position = vbucket.position();
    String prefix = name(vbucket) + ":";
    send(prefix + "high_seqno", position.highSeqno());
    send(prefix + "abs_high_seqno", position.highSeqno());
    send(prefix + "last_persisted_seqno", position.persistedSeqno());
    send(prefix + "uuid", Long.toUnsignedString(position.failoverLog().vbuuid()));
    send(prefix + "purge_seqno", position.purgeSeqno());
  }

  /** The branches, the newest first. */
  private void failovers(VBucket vbucket) {
    List<FailoverLog.Branch> branches = vbucket.position().failoverLog().branches();
    String prefix = name(vbucket) + ":";
    send(prefix + "num_entries", branches.size());
    send(prefix + "num_erroneous_entries_erased", 0);
    for (int i = 0; i < branches.size(); i++) {
      send(prefix + i + ":id", Long.toUnsignedString(branches.get(i).vbuuid()));
      send(prefix + i + ":seq", branches.get(i).seqno());
    }
  }

  private void send(String name, Object value) {
    byte[] key = SessionCommands.utf8(name);
    byte[] text = SessionCommands.utf8(value.toString());
    responses
        .header(Status.SUCCESS, Datatype.RAW, 0, key.length, text.length, 0)
        .writeBytes(key)
        .writeBytes(text);
  }
}
