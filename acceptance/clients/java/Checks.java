import java.lang.reflect.Method;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;

/** Verdicts, one line each, and what every client needs. Written for Java 8 and the oldest client. */
final class Checks {
  static final String BOOTSTRAP = System.getenv("BOOTSTRAP");
  static final String CLUSTER = System.getenv("CLUSTER");
  static final long LONGEST_WAIT_MS = 30_000;
  private static int failed;
  private static int names;
  private static String version;

  private Checks() {}

  interface Body {
    void run() throws Exception;
  }

  static void of(String clientVersion) {
    version = clientVersion;
  }

  static void check(String name, Body body) {
    String only = System.getenv("ONLY");
    if (only != null && !name.contains(only)) {
      return;
    }
    try {
      body.run();
      System.out.println("ok    " + version + ": " + name);
    } catch (Throwable e) {
      failed++;
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      System.out.println("FAIL  " + version + ": " + name + ": " + cause);
      if (System.getenv("VERBOSE") != null) {
        e.printStackTrace(System.out);
      }
    }
    System.out.flush();
  }

  static void finish() {
    System.exit(failed == 0 ? 0 : 1);
  }

  static String name(String what) {
    return "java-" + version + "-" + System.nanoTime() % 1_000_000_000L + "-" + what + "-" + names++;
  }

  /** Settings as key, value, key, value, … beside the brokers' addresses. */
  static Properties settings(Object... keysAndValues) {
    Properties all = new Properties();
    all.put("bootstrap.servers", BOOTSTRAP);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      all.put(keysAndValues[i], keysAndValues[i + 1].toString());
    }
    return all;
  }

  static void equal(Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new AssertionError("expected " + expected + " but was " + actual);
    }
  }

  static void that(boolean good, String what) {
    if (!good) {
      throw new AssertionError(what);
    }
  }

  static void until(String what, Callable<Boolean> condition) throws Exception {
    long end = System.currentTimeMillis() + LONGEST_WAIT_MS;
    while (!condition.call()) {
      that(System.currentTimeMillis() < end, "not within " + LONGEST_WAIT_MS + " ms: " + what);
      Thread.sleep(20);
    }
  }

  static Throwable refusal(Body body) {
    try {
      body.run();
    } catch (Throwable e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return cause;
    }
    throw new AssertionError("it was not refused");
  }

  static void refused(String exception, Body body) {
    Throwable e = refusal(body);
    that(e.getClass().getSimpleName().equals(exception), "refused with " + e + ", not with " + exception);
  }

  static boolean atLeast(int major, int minor) {
    String[] parts = version.split("\\.");
    int actual = Integer.parseInt(parts[0]) * 1000 + Integer.parseInt(parts[1]);
    return actual >= major * 1000 + minor;
  }

  /** Calls the first of these methods that this version of the client has: names change over the years. */
  static Object call(Object target, String[] methods, Class<?>[] types, Object... arguments) throws Exception {
    for (String method : methods) {
      try {
        Method found = target.getClass().getMethod(method, types);
        found.setAccessible(true);
        return found.invoke(target, arguments);
      } catch (NoSuchMethodException e) {
        continue;
      }
    }
    throw new NoSuchMethodException(methods[0]);
  }

  static boolean brokersMayDie() {
    return CLUSTER != null && !CLUSTER.isEmpty();
  }

  static void cluster(String what, int node) throws Exception {
    ProcessBuilder command = new ProcessBuilder(CLUSTER, what, Integer.toString(node)).inheritIO();
    equal(0, command.start().waitFor());
  }

  static long sum(Map<?, Long> values) {
    long total = 0;
    for (long value : values.values()) {
      total += value;
    }
    return total;
  }
}
