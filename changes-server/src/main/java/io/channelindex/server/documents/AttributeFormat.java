package io.channelindex.server.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentMetadata.Leaving;
import io.channelindex.server.documents.DocumentMetadata.Life;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The JSON of the metadata attribute; the package's documentation describes it. */
final class AttributeFormat {
  private static final int VERSION = 1;
  private static final String EVERYTHING = "*";

  private AttributeFormat() {}

  /**
   * The attribute as the client sends it.
   *
   * @param json everything but what macros fill in
   * @param pendingSlots names of the slots whose seqno a macro has to fill in
   */
  record Written(ObjectNode json, List<String> pendingSlots) {}

  static Written write(DocumentMetadata metadata) {
    ObjectNode attribute = JsonNodeFactory.instance.objectNode();
    attribute.put("v", VERSION);
    attribute.put("rev", metadata.revision().toString());
    ArrayNode channels = attribute.putArray("ch");
    metadata.channels().forEach(channels::add);
    Map<Leaving, String> slots = new LinkedHashMap<>();
    ObjectNode left = JsonNodeFactory.instance.objectNode();
    metadata.leavings().forEach((channel, leaving) -> left.put(channel, slot(slots, leaving)));
    if (!left.isEmpty()) {
      attribute.set("left", left);
      ObjectNode written = attribute.putObject("slots");
      slots.forEach((leaving, name) -> written.set(name, slot(leaving)));
    }
    if (metadata.isDeleted()) {
      attribute.put("del", true);
    }
    List<String> pending =
        slots.entrySet().stream()
            .filter(slot -> slot.getKey().isPending())
            .map(Map.Entry::getValue)
            .toList();
    return new Written(attribute, pending);
  }

  private static int slot(Map<Leaving, String> slots, Leaving leaving) {
    String next = String.valueOf(slots.size() + 1);
    return Integer.parseInt(slots.computeIfAbsent(leaving, unused -> next));
  }

  private static ObjectNode slot(Leaving leaving) {
    ObjectNode slot = JsonNodeFactory.instance.objectNode();
    slot.put("rev", leaving.revision().toString());
    if (!leaving.isPending()) {
      slot.put("seq", HexNumber.format(leaving.seqno()));
    }
    if (leaving.life() == Life.DELETED) {
      slot.put("del", true);
    }
    return slot;
  }

  static Optional<DocumentAttribute> read(byte[] json) {
    DocumentAttribute usual = UsualAttribute.read(json);
    return usual == null ? readTree(json) : Optional.of(usual);
  }

  /** Reads whatever JSON allows. */
  static Optional<DocumentAttribute> readTree(byte[] json) {
    return DocumentJson.parseObject(json).flatMap(AttributeFormat::read);
  }

  private static Optional<DocumentAttribute> read(ObjectNode attribute) {
    try {
      if (attribute.path("v").asInt() != VERSION) {
        return Optional.empty();
      }
      Life life = life(attribute);
      Set<String> channels = channels(attribute.path("ch"));
      Map<String, Leaving> leavings = leavings(attribute);
      leavings.keySet().removeAll(channels);
      DocumentMetadata metadata =
          new DocumentMetadata(revision(attribute), life, channels, leavings);
      int crc = life == Life.DELETED ? 0 : HexNumber.parseInt(text(attribute.path("crc")));
      return Optional.of(
          new DocumentAttribute(
              metadata,
              Long.reverseBytes(HexNumber.parse(text(attribute.path("cas")))),
              HexNumber.parse(text(attribute.path("seq"))),
              crc));
    } catch (IllegalArgumentException notOurs) {
      // Somebody else wrote under our name: the document is imported as if there were nothing.
      return Optional.empty();
    }
  }

  private static Set<String> channels(JsonNode names) {
    Set<String> channels = new TreeSet<>();
    names.forEach(name -> channels.add(requireChannel(text(name))));
    channels.remove(EVERYTHING);
    return channels;
  }

  private static Map<String, Leaving> leavings(ObjectNode attribute) {
    Map<String, Leaving> leavings = new TreeMap<>();
    JsonNode slots = attribute.path("slots");
    attribute
        .path("left")
        .properties()
        .forEach(
            left -> {
              JsonNode slot = slots.path(left.getValue().asText());
              long seqno = HexNumber.parse(text(slot.path("seq")));
              leavings.put(
                  requireChannel(left.getKey()), new Leaving(revision(slot), seqno, life(slot)));
            });
    leavings.remove(EVERYTHING);
    return leavings;
  }

  /**
   * Refuses a name that no channel can have, whatever the limits of the database are now: the index
   * has no key for some of them, and others are channels of principals.
   */
  private static String requireChannel(String name) {
    Optional<String> violation = ChannelRule.violation(name, DocumentLimits.MAX_CHANNEL_LENGTH);
    if (violation.isPresent()) {
      throw new IllegalArgumentException(violation.get());
    }
    return name;
  }

  private static Life life(JsonNode node) {
    return node.path("del").asBoolean() ? Life.DELETED : Life.ALIVE;
  }

  private static Revision revision(JsonNode node) {
    String revision = text(node.path("rev"));
    return Revision.parse(revision)
        .orElseThrow(() -> new IllegalArgumentException("not a revision: rev=" + revision));
  }

  private static String text(JsonNode node) {
    if (!node.isTextual() || node.textValue().isEmpty()) {
      throw new IllegalArgumentException("not a text: node=" + node);
    }
    return node.textValue();
  }
}
