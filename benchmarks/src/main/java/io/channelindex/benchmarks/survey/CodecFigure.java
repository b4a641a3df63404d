package io.channelindex.benchmarks.survey;

/**
 * What one codec does to the clocks of one distribution.
 *
 * @param codec its name
 * @param distribution its name
 * @param encode the time of one clock
 * @param decode the time of one clock
 */
public record CodecFigure(String codec, String distribution, Timing encode, Timing decode) {}
