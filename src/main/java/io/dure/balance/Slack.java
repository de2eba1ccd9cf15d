package io.dure.balance;

/**
 * How uneven disks and traffic may be before anything is moved for their sake alone. Copies and
 * leaders have none: they are counted, not measured.
 *
 * @param moves whether anything is moved for their sake alone, however uneven they are
 * @param bytes above the mean a disk may hold
 * @param share of the mean it may hold above it, where that is more
 * @param bytesPerSecond above the mean leaders may take in
 * @param trafficShare of the mean they may take in above it, where that is more
 */
public record Slack(
    boolean moves, long bytes, double share, long bytesPerSecond, double trafficShare) {
  /** Less is worth no move: it costs more, and both change all the time. */
  public static final Slack DEFAULT = new Slack(true, 256L << 20, 0.2, 4L << 20, 0.5);

  /** For who has begun: so far that it does not have to begin again soon. */
  public Slack half() {
    return new Slack(moves, bytes / 2, share / 2, bytesPerSecond / 2, trafficShare / 2);
  }

  /** Nothing is moved for the sake of disks and traffic alone. */
  public Slack still() {
    return new Slack(false, bytes, share, bytesPerSecond, trafficShare);
  }

  /** What a disk may hold above the mean. */
  long aboveMean(double meanBytes) {
    return Math.max(bytes, (long) (meanBytes * share));
  }

  long trafficAboveMean(double meanBytesPerSecond) {
    return Math.max(bytesPerSecond, (long) (meanBytesPerSecond * trafficShare));
  }
}
