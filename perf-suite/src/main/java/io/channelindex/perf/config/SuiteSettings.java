package io.channelindex.perf.config;

import java.util.List;
import java.util.Map;

/**
 * All settings of a run.
 *
 * @param profile the defaults that were used
 * @param target where
 * @param load how much
 * @param feeds how much where a changes server is measured
 * @param codecs how clock codecs are measured
 * @param matrix which variants of the index are compared
 * @param workloads names of the workloads to run; empty means all
 * @param report what is left behind
 */
public record SuiteSettings(
    Profile profile,
    TargetSettings target,
    LoadSettings load,
    FeedLoadSettings feeds,
    CodecSettings codecs,
    MatrixSettings matrix,
    List<String> workloads,
    ReportSettings report) {
  public SuiteSettings {
    workloads = List.copyOf(workloads);
  }

  /**
   * Reads the settings of a run.
   *
   * @param properties by full name; those that do not begin with {@code perf.} are ignored
   * @throws InvalidSettingException if one is unknown, malformed, out of range or contradictory
   */
  public static SuiteSettings from(Map<String, String> properties) {
    Settings settings = new Settings(properties);
    Profile profile = settings.choice(Setting.PROFILE, Profile.class).orElse(Profile.QUICK);
    return new SuiteSettings(
        profile,
        TargetSettings.from(settings, profile),
        profile.load(settings),
        profile.feeds(settings),
        profile.codecs(settings),
        profile.matrix(settings),
        settings.list(Setting.WORKLOADS),
        ReportSettings.from(settings));
  }
}
