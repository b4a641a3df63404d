package io.channelindex.embedded.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** The naive model: JSON as trees of Jackson, and random texts. */
final class JsonReference {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(2000).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private JsonReference() {}

  static boolean isUtf8(byte[] bytes) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  static boolean isJson(byte[] text) {
    if (!isUtf8(text)) {
      return false;
    }
    try (JsonParser parser = MAPPER.getFactory().createParser(new String(text, UTF_8))) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode tree(byte[] text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(new String(text, UTF_8), e);
    }
  }

  static ObjectMapper mapper() {
    return MAPPER;
  }

  /** Texts of any type; jqwik shrinks the seed only, which recursive generators take ages for. */
  static Arbitrary<String> texts() {
    return Arbitraries.longs().map(seed -> new RandomJson(new Random(seed)).value(0));
  }

  /** Texts of arrays and objects. */
  static Arbitrary<String> containers() {
    return Arbitraries.longs().map(seed -> new RandomJson(new Random(seed)).container(0));
  }

  /** Texts with whitespace and few distinct keys, so that random paths find something. */
  private record RandomJson(Random random) {
    private static final List<String> KEYS = List.of("a", "b", "c", "d", "é");
    private static final List<String> SPACES = List.of("", "", "", " ", "\n\t");
    private static final List<String> SCALARS =
        List.of(
            "0",
            "1",
            "-1",
            "7",
            "12.50",
            "1e3",
            "-0.5E-2",
            "true",
            "false",
            "null",
            "\"\"",
            "\"x\"",
            "\"é😀\"",
            "\"a,b]}\"",
            "\"\\\"\\\\\"",
            "\"\\u00e9\\n\"",
            "9223372036854775807",
            "18446744073709551616");

    String value(int level) {
      return random.nextInt(6) < 2 + level ? any(SCALARS) : container(level);
    }

    String container(int level) {
      boolean object = random.nextBoolean();
      List<String> keys = new ArrayList<>(KEYS);
      Collections.shuffle(keys, random);
      StringJoiner entries = new StringJoiner(",", object ? "{" : "[", object ? "}" : "]");
      entries.setEmptyValue((object ? "{" : "[") + any(SPACES) + (object ? "}" : "]"));
      for (int count = random.nextInt(5); count > 0; count--) {
        String key = object ? any(SPACES) + '"' + keys.get(count) + '"' + any(SPACES) + ":" : "";
        entries.add(key + any(SPACES) + value(level + 1) + any(SPACES));
      }
      return entries.toString();
    }

    private String any(List<String> choices) {
      return choices.get(random.nextInt(choices.size()));
    }
  }
}
