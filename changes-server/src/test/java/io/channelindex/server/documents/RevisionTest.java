package io.channelindex.server.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.channelindex.server.documents.DocumentMetadata.Life;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RevisionTest {
  private static byte[] canonical(String json) throws Exception {
    return CanonicalJson.of((ObjectNode) new ObjectMapper().readTree(json));
  }

  @Test
  void sameEditIsTheSameRevisionHoweverItIsSpelt() throws Exception {
    byte[] body = canonical("{\"b\": [1, {\"y\": 2, \"x\": 1}], \"a\": \"\\u0041\"}");
    assertThat(body)
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"a\":\"A\",\"b\":[1,{\"x\":1,\"y\":2}]}");
    Revision one = Revision.root(1, Life.ALIVE, body);
    Revision same =
        Revision.root(1, Life.ALIVE, canonical("{\"a\":\"A\",\"b\":[1,{\"x\":1,\"y\":2}]}"));
    assertThat(one).isEqualTo(same);
    assertThat(one.next(Life.ALIVE, body)).isEqualTo(same.next(Life.ALIVE, body));
  }

  @Test
  void parentBodyAndDeletionMakeTheDifference() throws Exception {
    byte[] empty = canonical("{}");
    Revision root = Revision.root(1, Life.ALIVE, empty);
    Revision other = Revision.root(1, Life.ALIVE, canonical("{\"a\":[1,2]}"));
    assertThat(root).isNotEqualTo(other);
    assertThat(other).isNotEqualTo(Revision.root(1, Life.ALIVE, canonical("{\"a\":[2,1]}")));
    assertThat(root.next(Life.ALIVE, empty)).isNotEqualTo(other.next(Life.ALIVE, empty));
    assertThat(root.next(Life.ALIVE, empty)).isNotEqualTo(root.next(Life.DELETED, empty));
    assertThat(root.deletion()).isEqualTo(root.next(Life.DELETED, empty));
  }

  @Test
  void isReadBackAndAlwaysValid() throws Exception {
    for (long generation : new long[] {1, 2, 1L << 40, 0, -1, Long.MAX_VALUE}) {
      Revision revision = Revision.root(generation, Life.DELETED, canonical("{}"));
      assertThat(Revision.parse(revision.toString())).contains(revision);
      assertThat(Revision.parse(revision.deletion().toString())).isPresent();
    }
    for (String text :
        new String[] {
          "",
          "1",
          "1-",
          "-1-a",
          "01-" + "a".repeat(32),
          "1-xyz",
          "1-" + "A".repeat(32),
          "1-" + "g".repeat(32),
          "1-" + "a".repeat(31),
          "1-" + "a".repeat(33),
          "-" + "a".repeat(32),
          "-1-" + "a".repeat(32),
          "1x-" + "a".repeat(32),
          "9".repeat(19) + "-" + "a".repeat(32),
          "1_" + "a".repeat(32)
        }) {
      assertThat(Revision.parse(text)).as(text).isEmpty();
    }
  }

  @Test
  void whatCanBeReadHasACanonicalSpelling() {
    for (int depth : new int[] {1, 999, 1000, 1001, 100_000}) {
      String json = "{\"a\":".repeat(depth - 1) + "{}" + "}".repeat(depth - 1);
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      assertThat(DocumentJson.parseObject(bytes).map(CanonicalJson::of).orElse(bytes))
          .as("depth=%d", depth)
          .isEqualTo(bytes);
      assertThat(DocumentJson.parseObject(bytes).isPresent()).isEqualTo(depth <= 1000);
    }
  }
}
