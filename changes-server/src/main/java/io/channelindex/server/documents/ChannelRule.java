package io.channelindex.server.documents;

import com.fasterxml.jackson.databind.JsonNode;
import io.channelindex.server.documents.DocumentException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which channels a document is in, by the rule that applies where there is no sync function: {@code
 * channel(doc.channels)}.
 *
 * <p>As Sync Gateway does without a sync function: {@code channels} is a string, or an array whose
 * strings count; null, nothing, numbers, objects and nested arrays name no channel and are not an
 * error. {@code *} names the channel of all documents, in which this one is anyway.
 */
final class ChannelRule {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelRule.class);
  private static final String EVERYTHING = "*";

  private final DocumentLimits limits;

  ChannelRule(DocumentLimits limits) {
    this.limits = limits;
  }

  /**
   * The channels of a document that a client writes.
   *
   * @throws DocumentException {@code BAD_REQUEST} if there are too many or one is not allowed
   */
  Set<String> require(JsonNode body) {
    Set<String> channels = new TreeSet<>(named(body));
    channels.forEach(this::require);
    if (channels.size() > limits.channels()) {
      throw new DocumentException(
          Reason.BAD_REQUEST,
          "too many channels: channels=" + channels.size() + ", max=" + limits.channels());
    }
    return channels;
  }

  /**
   * Refuses a name that no channel can have.
   *
   * @throws DocumentException {@code BAD_REQUEST}
   */
  void require(String channel) {
    violation(channel)
        .ifPresent(
            reason -> {
              throw new DocumentException(Reason.BAD_REQUEST, reason);
            });
  }

  /**
   * The channels of a document that is there already and cannot be refused: names that are not
   * allowed do not count, and of too many the first in alphabetical order do.
   */
  Set<String> accept(String id, JsonNode body) {
    Set<String> channels = new TreeSet<>();
    for (String channel : named(body)) {
      Optional<String> violation = violation(channel);
      if (violation.isPresent()) {
        LOG.warn("Ignored a channel of document id={}: {}", id, violation.get());
      } else {
        channels.add(channel);
      }
    }
    if (channels.size() > limits.channels()) {
      LOG.warn(
          "Ignored channels of document id={}: channels={}, max={}",
          id,
          channels.size(),
          limits.channels());
      return new TreeSet<>(channels.stream().limit(limits.channels()).toList());
    }
    return channels;
  }

  private static List<String> named(JsonNode body) {
    JsonNode channels = body.path("channels");
    List<String> names = new ArrayList<>();
    if (channels.isTextual()) {
      names.add(channels.textValue());
    } else if (channels.isArray()) {
      for (JsonNode channel : channels) {
        if (channel.isTextual()) {
          names.add(channel.textValue());
        }
      }
    }
    names.removeIf(EVERYTHING::equals);
    return names;
  }

  private Optional<String> violation(String channel) {
    return violation(channel, limits.channelLength());
  }

  /**
   * Why no channel can have a name.
   *
   * @param maxLength the most characters
   * @return empty if one can
   */
  static Optional<String> violation(String channel, int maxLength) {
    if (channel.isEmpty() || channel.length() > maxLength) {
      return Optional.of(
          "length of a channel's name out of range: length="
              + channel.length()
              + ", min=1, max="
              + maxLength);
    }
    if (channel.indexOf(',') >= 0 || channel.chars().anyMatch(Character::isISOControl)) {
      return Optional.of(
          "comma or control character in a channel's name: channel=" + printable(channel));
    }
    return UnicodeText.isValid(channel)
        ? Optional.empty()
        : Optional.of("channel's name is no Unicode: channel=" + printable(channel));
  }

  private static String printable(String channel) {
    return channel.replaceAll("[^\\p{Print}]", "?");
  }
}
