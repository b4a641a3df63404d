package io.channelindex.storage.dictionary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.channelindex.storage.Entry;
import io.channelindex.storage.EntryState;
import io.channelindex.storage.InMemoryIndexBucket;
import io.channelindex.storage.IndexKeys;
import io.channelindex.storage.IndexStorageException;
import io.channelindex.storage.Versioned;
import io.channelindex.storage.compress.BlockCompression;
import io.channelindex.storage.compress.Compressions;
import io.channelindex.storage.compress.Dictionary;
import io.channelindex.storage.compress.DictionaryTrainer;
import io.channelindex.storage.compress.UnknownDictionaryException;
import io.channelindex.storage.format.DenseBlock;
import io.channelindex.storage.format.DenseBlockBuilder;
import io.channelindex.storage.format.DictionaryDocument;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DictionariesTest {
  private final InMemoryIndexBucket bucket = new InMemoryIndexBucket();
  private final IndexKeys keys = new IndexKeys("db");

  /** A process that trains and compresses. */
  private final class Node {
    final DictionaryTrainer trainer = new DictionaryTrainer(1);
    final Compressions compressions = new Compressions(trainer);
    final Dictionaries dictionaries =
        new Dictionaries(bucket, keys, compressions, ForkJoinPool.commonPool());

    byte[] encode(int seed) {
      DenseBlockBuilder builder = new DenseBlockBuilder("news", 1);
      entries(seed).forEach(builder::add);
      return builder.encode(compressions.compressor(BlockCompression.ZSTD_DICTIONARY));
    }

    Node sampled() {
      for (int seed = 0; seed < 400; seed++) {
        encode(seed);
      }
      return this;
    }

    List<Entry> read(byte[] document) {
      try {
        return decode(document);
      } catch (UnknownDictionaryException unknown) {
        done(dictionaries.load(unknown.version()));
        return decode(document);
      }
    }

    private List<Entry> decode(byte[] document) {
      return DenseBlock.decode("key", "news", document, compressions).entries();
    }
  }

  @AfterEach
  void closeBucket() {
    bucket.close();
  }

  @Test
  void whatOneNodeCompressesAnotherReads() {
    Node writer = new Node().sampled();
    int without = writer.encode(1_000).length;

    assertThat(done(writer.dictionaries.train(writer.trainer))).isEqualTo(1);
    byte[] document = writer.encode(1_000);
    Node reader = new Node();

    assertThat(document.length).isLessThan(without * 9 / 10);
    assertThatThrownBy(() -> DenseBlock.decode("key", "news", document, reader.compressions))
        .isInstanceOf(UnknownDictionaryException.class);
    assertThat(reader.read(document)).isEqualTo(entries(1_000));
    assertThat(reader.encode(1_000)).isEqualTo(document);
  }

  @Test
  void aNodeThatStartsFindsAllOfThem() {
    Node writer = new Node().sampled();
    done(writer.dictionaries.train(writer.trainer));
    done(writer.dictionaries.train(writer.trainer));
    Node started = new Node();

    assertThat(done(started.dictionaries.loadAll())).isEqualTo(2);
    assertThat(started.compressions.newestDictionary()).isEqualTo(2);
    assertThat(done(new Node().dictionaries.train(new DictionaryTrainer(1)))).isEqualTo(2);
  }

  @Test
  void whoComesSecondTakesTheDictionaryOfTheFirst() {
    Node first = new Node().sampled();
    Node second = new Node().sampled();
    CompletionStage<Integer> one = first.dictionaries.train(first.trainer);
    CompletionStage<Integer> other = second.dictionaries.train(second.trainer);

    int versions = Math.max(done(one), done(other));

    assertThat(versions).isBetween(1, 2);
    done(first.dictionaries.loadAll());
    done(second.dictionaries.loadAll());
    assertThat(first.encode(7)).isEqualTo(second.encode(7));
    assertThat(second.read(first.encode(7))).isEqualTo(entries(7));
  }

  @Test
  void aDictionaryThatIsGoneIsAnErrorUntilItIsThereAgain() {
    Node writer = new Node().sampled();
    done(writer.dictionaries.train(writer.trainer));
    byte[] document = writer.encode(1);
    String key = keys.dictionary(1);
    Versioned<byte[]> dictionary = done(bucket.get(key)).orElseThrow();
    done(bucket.remove(key, dictionary.cas()));
    Node reader = new Node();

    assertThatThrownBy(() -> reader.read(document))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(IndexStorageException.class)
        .hasMessageContaining("dictionary missing: key=db:dictionary:1");
    done(bucket.insert(key, dictionary.value()));
    assertThat(reader.read(document)).isEqualTo(entries(1));
  }

  @Test
  void aDocumentUnderAnothersKeyIsRefused() {
    byte[] misplaced = DictionaryDocument.encode(new Dictionary(2, new byte[] {1, 2, 3}));
    done(bucket.insert(keys.dictionary(1), misplaced));

    assertThatThrownBy(() -> done(new Node().dictionaries.loadAll()))
        .hasMessageContaining("key=db:dictionary:1, version=2");
  }

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static List<Entry> entries(int seed) {
    Random random = new Random(seed);
    byte[] digest = new byte[8];
    return IntStream.rangeClosed(1, 5)
        .mapToObj(
            i -> {
              random.nextBytes(digest);
              String id = "customer::" + random.nextInt(100_000) + "::shopping-cart/delivered";
              String revision = "1-" + HexFormat.of().formatHex(digest);
              return new Entry(id, revision, i, i, 77, EntryState.ACTIVE);
            })
        .toList();
  }
}
