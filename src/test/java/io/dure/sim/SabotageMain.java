package io.dure.sim;

import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Removes one safety rule at a time and expects the simulation to notice. Every {@code
 * sabotage/*.patch} is applied to a copy of the sources, compiled, and run seed by seed until an
 * invariant breaks. Fails when a patch does not apply any more or when its absence goes unnoticed,
 * for then the simulation has grown blind.
 *
 * <p>{@code [--seeds N] [--only PART-OF-A-NAME]}; the root of the project is {@code -Ddure.root},
 * or where it is run.
 */
public final class SabotageMain {
  private static final int SEEDS = 20_000;
  private static final String ENTRY = "io/dure/sim/core/CoreSimulation.java";
  private static final String ENTRY_CLASS = "io.dure.sim.core.CoreSimulation";
  private static final List<String> ROOMS = List.of("base", "log", "replication", "quorum");

  private SabotageMain() {}

  public static void main(String[] args) throws Exception {
    System.exit(run(args, System.out));
  }

  static int run(String[] args, PrintStream out) throws Exception {
    int seeds = SEEDS;
    String only = "";
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--seeds" -> seeds = Integer.parseInt(args[i + 1]);
        case "--only" -> only = args[i + 1];
        default -> {
          out.println("unknown option " + args[i] + "; known: --seeds N, --only PART-OF-A-NAME");
          return 2;
        }
      }
    }
    Path root = Path.of(System.getProperty("dure.root", ".")).toAbsolutePath().normalize();
    int missed = 0;
    int run = 0;
    for (Path patch : patches(root)) {
      String name = patch.getFileName().toString().replace(".patch", "");
      if (name.contains(only)) {
        long startedNs = System.nanoTime();
        String verdict = sabotage(root, patch, seeds);
        boolean caught = verdict.startsWith("caught");
        double seconds = (System.nanoTime() - startedNs) / 1e9;
        out.printf("%-44s %5.1f s  %s%n", name, seconds, verdict);
        missed += caught ? 0 : 1;
        run++;
      }
    }
    out.printf("%d sabotages, %d not caught%n", run, missed);
    return missed == 0 && run > 0 ? 0 : 1;
  }

  private static List<Path> patches(Path root) throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("sabotage"))) {
      return files.filter(f -> f.toString().endsWith(".patch")).sorted().toList();
    }
  }

  private static String sabotage(Path root, Path patch, int seeds) throws Exception {
    Path work = Files.createTempDirectory("dure-sabotage");
    try {
      for (String room : ROOMS) {
        copy(root, work, Path.of("src/main/java/io/dure", room));
      }
      copy(root, work, Path.of("src/test/java/io/dure/sim"));
      String refused = apply(work, patch);
      if (!refused.isEmpty()) {
        return "DOES NOT APPLY: " + refused;
      }
      String errors = compile(work);
      if (!errors.isEmpty()) {
        return "DOES NOT COMPILE: " + errors;
      }
      String found = firstViolation(work.resolve("classes"), seeds);
      return found.isEmpty() ? "NOT CAUGHT in " + seeds + " seeds" : "caught by " + found;
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
   * Compiles the simulation of the cores and what it needs, no more, from the sources in {@code
   * work} alone.
   */
  private static String compile(Path work) throws IOException {
    var said = new StringWriter();
    Path sources = work.resolve("src");
    Files.createDirectories(work.resolve("classes"));
    Files.createDirectories(work.resolve("nothing"));
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
              work.resolve("nothing").toString(),
              "-sourcepath",
              sources.resolve("main/java") + ":" + sources.resolve("test/java"));
      var entry = files.getJavaFileObjects(sources.resolve("test/java").resolve(ENTRY));
      boolean done = compiler.getTask(said, files, null, options, null, entry).call();
      return done ? "" : said.toString().lines().findFirst().orElse("no reason given");
    }
  }

  private static String firstViolation(Path classes, int seeds) throws Exception {
    URL[] where = {classes.toUri().toURL()};
    try (var loader = new URLClassLoader(where, ClassLoader.getPlatformClassLoader())) {
      return (String)
          loader.loadClass(ENTRY_CLASS).getMethod("firstViolation", int.class).invoke(null, seeds);
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
