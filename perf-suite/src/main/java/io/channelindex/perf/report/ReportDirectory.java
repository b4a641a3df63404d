package io.channelindex.perf.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The directory of a report: writes it, and looks whether one is sound. */
public final class ReportDirectory {
  static final String RESULTS = "results.json";
  static final String SUMMARY = "summary.md";
  static final String PAGE = "index.html";

  private static final Set<String> RAW = Set.of("hgrm", "csv");

  private final Path directory;

  /**
   * @param directory need not exist
   */
  public ReportDirectory(Path directory) {
    this.directory = directory;
  }

  /** The page to look at. */
  public Path page() {
    return directory.resolve(PAGE);
  }

  /**
   * Writes a report in place of the one that is there.
   *
   * @throws ReportException if that does not succeed
   */
  public void write(Report report) {
    Map<String, byte[]> files = new LinkedHashMap<>(RawFiles.of(report));
    files.put(RESULTS, ResultsJson.write(report).getBytes(StandardCharsets.UTF_8));
    files.put(SUMMARY, SummaryMarkdown.write(report).getBytes(StandardCharsets.UTF_8));
    files.put(PAGE, HtmlPage.write(report).getBytes(StandardCharsets.UTF_8));
    try {
      Files.createDirectories(directory);
      removeOld();
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Files.write(directory.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      throw new ReportException("report cannot be written: directory=" + directory, e);
    }
  }

  /**
   * What is wrong with the report: files that are missing, results that do not follow the schema,
   * checks that failed. Empty if it is sound.
   *
   * @throws ReportException if it cannot be read
   */
  public List<String> problems() {
    return ReportCheck.problems(directory);
  }

  /** Raw files of an earlier run would be taken for this one's. */
  private void removeOld() throws IOException {
    List<Path> old;
    try (Stream<Path> files = Files.list(directory)) {
      old = files.filter(file -> RAW.contains(extension(file))).toList();
    }
    for (Path file : old) {
      Files.delete(file);
    }
  }

  private static String extension(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
