package io.dure.sim;

import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Removes one safety rule at a time and expects the simulation to notice. Every {@code
 * sabotage/*.patch} for the cores, and those in a folder of their own for another {@link Level}, is
 * applied to a copy of the sources, compiled, and run seed by seed until an invariant breaks. Fails
 * when a patch does not apply any more or when its absence goes unnoticed, for then the simulation
 * has grown blind.
 *
 * <p>{@code [--seeds N] [--level cores|offsets|groups|txn|nodes] [--only PART-OF-A-NAME]}; the root
 * of the project is {@code -Ddure.root}, or where it is run.
 */
public final class SabotageMain {
  private static final int SEEDS = 20_000;
  private static final int NODE_SEEDS = 1_000;
  private static final int TXN_SEEDS = 8_000;
  private static final Path PROBE = Path.of("src/test/java/io/dure/runtime/NodeProbe.java");

  /** What a sabotage is found with. Those of the cores are in no folder of their own. */
  private enum Level {
    CORES(
        "sabotage",
        "io.dure.sim.core.CoreSimulation",
        List.of("base", "log", "metadata", "replication", "quorum")),
    OFFSETS("offsets", "io.dure.broker.TxnOffsetsSimulation", List.of("")), // all of them
    GROUPS(
        "groups",
        "io.dure.sim.group.GroupSimulation",
        List.of("base", "log", "wire", "metadata", "group")),
    COMPACTION("compaction", "io.dure.sim.compaction.CompactionSimulation", List.of("base", "log")),
    TXN("txn", "io.dure.sim.txn.TxnSimulation", List.of("base", "log", "wire", "txn")),
    NODES(
        "nodes",
        "io.dure.sim.node.NodeSimulation",
        List.of(
            "base",
            "log",
            "wire",
            "replication",
            "quorum",
            "metadata",
            "balance",
            "controller",
            "runtime"));

    private final String folder;
    private final String entry;
    private final List<String> rooms;

    Level(String folder, String entry, List<String> rooms) {
      this.folder = folder;
      this.entry = entry;
      this.rooms = rooms;
    }

    /** Whether {@code name} means this level; none named means each. */
    boolean isNamed(String name) {
      return name.isEmpty() || name().equalsIgnoreCase(name);
    }

    static Level of(Path patch) {
      return Stream.of(values())
          .filter(level -> patch.getParent().endsWith(level.folder))
          .findFirst()
          .orElseThrow();
    }
  }

  private SabotageMain() {}

  public static void main(String[] args) throws Exception {
    System.exit(run(args, System.out));
  }

  static int run(String[] args, PrintStream out) throws Exception {
    if (System.getProperty("dure.test.log") == null) {
      System.setProperty("dure.test.log", "OFF"); // nodes complain of what is done to them
    }
    int seeds = SEEDS;
    String only = "";
    String level = "";
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--seeds" -> seeds = Integer.parseInt(args[i + 1]);
        case "--only" -> only = args[i + 1];
        case "--level" -> level = args[i + 1];
        default -> {
          out.println(
              "unknown option "
                  + args[i]
                  + "; known: --seeds N, --level LEVEL, --only PART-OF-A-NAME");
          return 2;
        }
      }
    }
    Path root = Path.of(System.getProperty("dure.root", ".")).toAbsolutePath().normalize();
    int missed = 0;
    int run = 0;
    for (Path patch : patches(root)) {
      String name = root.resolve("sabotage").relativize(patch).toString().replace(".patch", "");
      if (name.contains(only) && Level.of(patch).isNamed(level)) {
        long startedNs = System.nanoTime();
        String verdict = sabotage(root, patch, seeds);
        boolean caught = verdict.startsWith("caught");
        double seconds = (System.nanoTime() - startedNs) / 1e9;
        out.printf("%-52s %5.1f s  %s%n", name, seconds, verdict);
        missed += caught ? 0 : 1;
        run++;
      }
    }
    out.printf("%d sabotages, %d not caught%n", run, missed);
    return missed == 0 && run > 0 ? 0 : 1;
  }

  private static List<Path> patches(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve("sabotage"))) {
      return files.filter(f -> f.toString().endsWith(".patch")).sorted().toList();
    }
  }

  private static String sabotage(Path root, Path patch, int seeds) throws Exception {
    Path work = Files.createTempDirectory("dure-sabotage");
    try {
      Level level = Level.of(patch);
      for (String room : level.rooms) {
        copy(root, work, Path.of("src/main/java/io/dure", room));
      }
      copy(root, work, Path.of("src/test/java/io/dure/sim"));
      if (level != Level.CORES) {
        copy(root, work, PROBE);
      }
      if (level == Level.OFFSETS) {
        copy(root, work, Path.of("src/test/java/io/dure/broker"));
      }
      String refused = apply(work, patch);
      if (!refused.isEmpty()) {
        return "DOES NOT APPLY: " + refused;
      }
      String errors = compile(work, level);
      if (!errors.isEmpty()) {
        return "DOES NOT COMPILE: " + errors;
      }
      int most =
          switch (level) {
            case CORES -> seeds;
            case TXN -> Math.min(seeds, TXN_SEEDS);
            case OFFSETS, GROUPS, COMPACTION, NODES -> Math.min(seeds, NODE_SEEDS);
          };
      String found = firstViolation(work.resolve("classes"), level, most);
      return found.isEmpty() ? "NOT CAUGHT in " + most + " seeds" : "caught by " + found;
    } finally {
      delete(work);
    }
  }

  private static void copy(Path root, Path work, Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve(folder))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = work.resolve(root.relativize(file));
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  /**
   * Empty when the patch fits. The temporary folder is in no repository, so the patch works on
   * plain files.
   */
  private static String apply(Path work, Path patch) throws Exception {
    var git =
        new ProcessBuilder("git", "apply", "--ignore-whitespace", patch.toString())
            .directory(work.toFile())
            .redirectErrorStream(true);
    git.environment().put("GIT_CEILING_DIRECTORIES", work.getParent().toString());
    Process process = git.start();
    String said = new String(process.getInputStream().readAllBytes());
    return process.waitFor() == 0 ? "" : said.lines().findFirst().orElse("git apply failed");
  }

  /**
   * Compiles the simulation of the level and what it needs, no more, from the sources in {@code
   * work} and the libraries.
   */
  private static String compile(Path work, Level level) throws IOException {
    var said = new StringWriter();
    Path sources = work.resolve("src");
    Files.createDirectories(work.resolve("classes"));
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "-proc:none",
              "-nowarn",
              "-implicit:class",
              "-d",
              work.resolve("classes").toString(),
              "-classpath",
              libraries(),
              "-sourcepath",
              sources.resolve("main/java") + ":" + sources.resolve("test/java"));
      var entry =
          files.getJavaFileObjects(
              sources.resolve("test/java").resolve(level.entry.replace('.', '/') + ".java"));
      boolean done = compiler.getTask(said, files, null, options, null, entry).call();
      return done ? "" : said.toString().lines().findFirst().orElse("no reason given");
    }
  }

  /** The class path without our own classes. */
  private static String libraries() {
    return Stream.of(System.getProperty("java.class.path").split(":"))
        .filter(each -> each.endsWith(".jar"))
        .collect(Collectors.joining(":"));
  }

  private static String firstViolation(Path classes, Level level, int seeds) throws Exception {
    List<URL> where = new ArrayList<>(List.of(classes.toUri().toURL()));
    if (level != Level.CORES) {
      for (String jar : libraries().split(":")) {
        where.add(Path.of(jar).toUri().toURL());
      }
      URL quiet = SabotageMain.class.getResource("/logback-test.xml");
      if (quiet != null) {
        Files.copy(Path.of(quiet.toURI()), classes.resolve("logback-test.xml"));
      }
    }
    try (var loader =
        new URLClassLoader(where.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      return (String)
          loader.loadClass(level.entry).getMethod("firstViolation", int.class).invoke(null, seeds);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
