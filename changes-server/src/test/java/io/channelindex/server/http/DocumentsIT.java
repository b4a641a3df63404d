package io.channelindex.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents and bulks as CouchDB answers them. */
class DocumentsIT {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static TestFront front;

  @BeforeAll
  static void open() {
    front = new TestFront();
  }

  @AfterAll
  static void close() {
    front.close();
  }

  private static JsonNode json(HttpResponse<String> answer) {
    try {
      return MAPPER.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw new AssertionError(answer.body(), e);
    }
  }

  private static String put(String path, String body) {
    HttpResponse<String> answer = front.send("PUT", path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return json(answer).get("rev").textValue();
  }

  private static void assertRefused(HttpResponse<String> answer, int status, String error) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(json(answer).get("error").textValue()).isEqualTo(error);
    assertThat(json(answer).get("reason").textValue()).isNotEmpty();
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
  }

  @Test
  void aDocumentIsWrittenReadChangedAndDeleted() {
    HttpResponse<String> created = front.send("PUT", "/db/life", "{\"n\":1.50}");
    assertThat(created.statusCode()).isEqualTo(201);
    String first = json(created).get("rev").textValue();
    assertThat(created.body())
        .isEqualTo("{\"ok\":true,\"id\":\"life\",\"rev\":\"" + first + "\"}\n");
    assertThat(created.headers().firstValue("etag")).contains('"' + first + '"');

    HttpResponse<String> read = front.get("/db/life");
    assertThat(read.body()).isEqualTo("{\"_id\":\"life\",\"_rev\":\"" + first + "\",\"n\":1.50}\n");
    assertThat(read.headers().firstValue("etag")).contains('"' + first + '"');
    HttpResponse<String> head = front.send("HEAD", "/db/life", null);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("content-length"))
        .isEqualTo(read.headers().firstValue("content-length"));
    assertThat(front.send("GET", "/db/life", null, "If-None-Match", '"' + first + '"').statusCode())
        .isEqualTo(304);

    assertRefused(front.send("PUT", "/db/life", "{}"), 409, "conflict");
    String second = put("/db/life?rev=" + first, "{\"n\":2,\"_rev\":\"" + first + "\"}");
    assertThat(front.get("/db/life?rev=" + second).statusCode()).isEqualTo(200);
    assertRefused(front.get("/db/life?rev=" + first), 404, "not_found");
    assertRefused(front.send("DELETE", "/db/life", null), 409, "conflict");

    HttpResponse<String> deleted =
        front.send("DELETE", "/db/life", null, "If-Match", '"' + second + '"');
    assertThat(deleted.statusCode()).isEqualTo(200);
    String third = json(deleted).get("rev").textValue();
    assertRefused(front.get("/db/life"), 404, "not_found");
    assertThat(json(front.get("/db/life")).get("reason").textValue()).isEqualTo("deleted");
    assertThat(front.get("/db/life?rev=" + third).body())
        .isEqualTo("{\"_id\":\"life\",\"_rev\":\"" + third + "\",\"_deleted\":true}\n");
    assertThat(put("/db/life", "{}")).startsWith("4-");
  }

  @Test
  void aPutMayDelete() {
    String rev = put("/db/putdel", "{}");

    put("/db/putdel", "{\"_rev\":\"" + rev + "\",\"_deleted\":true}");

    assertRefused(front.get("/db/putdel"), 404, "not_found");
  }

  @ParameterizedTest
  @CsvSource({
    "a%2Fb,a/b",
    "a+b,a+b",
    "a%20b,a b",
    "%C3%BC%F0%9F%98%80,ü😀",
    "..,..",
    "%2e%2E%2f,../",
    "a%25b,a%b",
    "a;b=c,a;b=c",
    "%22%5C,\"\\",
    "CON/,CON"
  })
  void idsAreDecodedOnceAndNeverNormalized(String path, String id) {
    try (RawClient client = front.raw()) {
      client.send("PUT /db/" + path + " HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{}");
      String head = client.head();

      assertThat(head).startsWith("HTTP/1.1 201");
      assertThat(client.body(head))
          .contains("\"id\":\"" + id.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "%FF,400,bad_request",
    "%C3,400,bad_request",
    "%ED%A0%80,400,bad_request",
    "a%2,400,bad_request",
    "a%zz,400,bad_request",
    "a/b,404,not_found",
    "_design%2Fx,400,illegal_docid",
    "_design/x,400,illegal_docid",
    "_local/x,400,illegal_docid",
    "%5Fchanges,405,method_not_allowed",
    "/x,400,bad_request"
  })
  void idsThatCannotBeAreRefused(String path, int status, String error) {
    try (RawClient client = front.raw()) {
      client.send("PUT /db/" + path + " HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{}");
      String head = client.head();

      assertThat(head).startsWith("HTTP/1.1 " + status);
      assertThat(client.body(head)).startsWith("{\"error\":\"" + error + "\",");
    }
  }

  @Test
  void idsHaveALength() {
    put("/db/" + "x".repeat(250), "{}");
    assertRefused(front.send("PUT", "/db/" + "x".repeat(251), "{}"), 400, "illegal_docid");
    assertRefused(front.send("PUT", "/db/" + "%C3%BC".repeat(126), "{}"), 400, "illegal_docid");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"_attachments\":{}}|doc_validation",
        "{\"_x\":1}|doc_validation",
        "{\"_id\":7}|doc_validation",
        "{\"_rev\":null}|doc_validation",
        "{\"_deleted\":1}|doc_validation",
        "{\"_id\":\"other\"}|bad_request",
        "[]|bad_request",
        "null|bad_request",
        "7|bad_request",
        "{\"a\":1,\"a\":2}|bad_request",
        "{\"a\":1} x|bad_request",
        "{\"a\":NaN}|bad_request",
        "{\"a\":1e99999999999}|bad_request",
        "{\"a\":-1e-2000}|bad_request",
        "{\"a\":\"\\ud800\"}|bad_request",
        "{\"\\udc00\":1}|bad_request",
        "{'a':1}|bad_request",
        "{\"a\":|bad_request",
      })
  void badBodiesAreRefused(String body, String error) {
    assertRefused(front.send("PUT", "/db/bad", body), 400, error);
  }

  @Test
  void anEmptyBodyIsNoDocument() {
    assertRefused(front.send("PUT", "/db/bad", ""), 400, "bad_request");
  }

  @Test
  void revisionsThatDisagreeAreRefused() {
    assertRefused(front.send("PUT", "/db/dis?rev=1-a", "{\"_rev\":\"1-b\"}"), 400, "bad_request");
    assertRefused(
        front.send("PUT", "/db/dis?rev=1-a", "{}", "If-Match", "\"1-b\""), 400, "bad_request");
    assertRefused(front.send("PUT", "/db/dis?new_edits=false", "{}"), 400, "bad_request");
    assertRefused(front.get("/db/dis?open_revs=all"), 400, "bad_request");
  }

  @Test
  void aPostGivesAnId() {
    HttpResponse<String> answer = front.send("POST", "/db/", "{\"n\":1}");

    assertThat(answer.statusCode()).isEqualTo(201);
    String id = json(answer).get("id").textValue();
    assertThat(id).matches("[0-9a-f]{32}");
    assertThat(front.get("/db/" + id).statusCode()).isEqualTo(200);
    assertThat(json(front.send("POST", "/db", "{\"_id\":\"named\"}")).get("id").textValue())
        .isEqualTo("named");
  }

  @Test
  void aBulkAnswersForEachDocumentInOrder() {
    String rev = put("/db/b1", "{}");

    HttpResponse<String> answer =
        front.send(
            "POST",
            "/db/_bulk_docs",
            "{\"docs\":[{\"_id\":\"b1\"},{\"_id\":\"b2\",\"n\":1},7,{\"_id\":\"b3\",\"_x\":1},"
                + "{\"_id\":\"b1\",\"_rev\":\""
                + rev
                + "\"},{\"_id\":\"_design/x\"},{},{\"_id\":\"b2\",\"_deleted\":true}]}");

    assertThat(answer.statusCode()).isEqualTo(201);
    JsonNode rows = json(answer);
    assertThat(rows).hasSize(8);
    assertThat(rows.get(0).toString())
        .isEqualTo(
            "{\"id\":\"b1\",\"error\":\"conflict\",\"reason\":\"Document update conflict.\","
                + "\"status\":409}");
    assertThat(rows.get(1).get("ok").booleanValue()).isTrue();
    assertThat(rows.get(2).get("error").textValue()).isEqualTo("bad_request");
    assertThat(rows.get(3).get("error").textValue()).isEqualTo("doc_validation");
    assertThat(rows.get(3).get("id").textValue()).isEqualTo("b3");
    assertThat(rows.get(4).get("rev").textValue()).startsWith("2-");
    assertThat(rows.get(5).get("error").textValue()).isEqualTo("illegal_docid");
    assertThat(rows.get(6).get("id").textValue()).hasSize(32);
    // In order within one document: the second write of b2 finds the first, and conflicts.
    assertThat(rows.get(7).get("error").textValue()).isEqualTo("conflict");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|400",
        "{\"docs\":{}}|400",
        "{\"docs\":[],\"new_edits\":false}|400",
        "{\"docs\":[{},{},{},{},{},{},{},{},{},{},{}]}|413",
        "{\"docs\":[[[[[[[[[[]]]]]]]]]]}|413",
        "{\"docs\":[]}|201",
      })
  void bulksAreChecked(String body, int status) {
    assertThat(front.send("POST", "/db/_bulk_docs", body).statusCode()).isEqualTo(status);
  }

  @Test
  void aDataBucketThatIsAwayIsSaidSo() {
    front.database.documentsAway(true);
    try {
      HttpResponse<String> answer = front.get("/db/any");
      assertRefused(answer, 503, "service_unavailable");
      assertThat(answer.headers().firstValue("retry-after")).isPresent();
      JsonNode row =
          json(front.send("POST", "/db/_bulk_docs", "{\"docs\":[{\"_id\":\"x\"}]}")).get(0);
      assertThat(row.get("status").intValue()).isEqualTo(503);
    } finally {
      front.database.documentsAway(false);
    }
  }

  @Test
  void bodiesMayBeGzip() throws IOException {
    assertThat(sendGzip("/db/zip", gzip("{\"n\":1}".getBytes(StandardCharsets.UTF_8))).statusCode())
        .isEqualTo(201);
    assertThat(json(front.get("/db/zip")).get("n").intValue()).isEqualTo(1);
  }

  @Test
  void badCompressionIsRefused() throws IOException {
    byte[] bomb = gzip(new byte[1 << 20]);
    assertThat(bomb.length).isLessThan(TestFront.SMALL_REQUESTS.maxBodyBytes());
    HttpResponse<String> tooLarge = sendGzip("/db/bomb", bomb);
    assertRefused(tooLarge, 413, "too_large");
    assertThat(tooLarge.body()).contains("maxBodyBytes=8192");
    assertRefused(sendGzip("/db/bomb", new byte[] {1, 2, 3}), 400, "bad_request");
    byte[] cut = Arrays.copyOf(gzip("{\"n\":1}".getBytes(StandardCharsets.UTF_8)), 15);
    assertRefused(sendGzip("/db/bomb", cut), 400, "bad_request");
    assertRefused(
        front.send("PUT", "/db/bomb", "{}", "Content-Encoding", "br"),
        415,
        "unsupported_media_type");
  }

  private static HttpResponse<String> sendGzip(String path, byte[] body) {
    return front.send(
        HttpRequest.newBuilder(URI.create("http://" + front.front.publicAddress() + path))
            .header("Content-Encoding", "gzip")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    }
    return zipped.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "multipart/form-data; boundary=x", "json"})
  void otherMediaTypesAreRefused(String type) {
    assertRefused(
        front.send("PUT", "/db/type", "{}", "Content-Type", type), 415, "unsupported_media_type");
  }

  @Test
  void jsonMayHaveACharset() {
    assertThat(
            front
                .send("PUT", "/db/type", "{}", "Content-Type", "Application/JSON; charset=utf-8")
                .statusCode())
        .isEqualTo(201);
  }
}
