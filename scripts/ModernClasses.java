import static java.lang.classfile.ClassFile.JAVA_25_VERSION;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Writes the classes of a jar anew in today's format, the code as it is: {@code ModernClasses JAR}.
 * The JVM's start-up cache takes no classes older than Java 6, since they have no stack maps, and
 * those of the command line's parser (Java 5) are most of what a command has to load.
 */
final class ModernClasses {
  /** From here on classes have stack maps. */
  private static final int JAVA_7_VERSION = 51;

  private ModernClasses() {}

  public static void main(String[] args) throws IOException {
    Path old = Path.of(args[0]);
    Path modern = old.resolveSibling(old.getFileName() + ".new");
    try (var from = new JarFile(old.toFile());
        var classes = new URLClassLoader(new URL[] {old.toUri().toURL()});
        var to = new JarOutputStream(Files.newOutputStream(modern))) {
      var format =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ConstantPoolSharingOption.NEW_POOL,
              ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)));
      for (JarEntry entry : from.stream().toList()) {
        byte[] bytes = from.getInputStream(entry).readAllBytes();
        to.putNextEntry(new JarEntry(entry.getName()));
        to.write(entry.getName().endsWith(".class") ? anew(bytes, format) : bytes);
        to.closeEntry();
      }
    }
    Files.move(modern, old, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] anew(byte[] bytes, ClassFile format) {
    ClassModel model = format.parse(bytes);
    if (model.majorVersion() >= JAVA_7_VERSION) {
      return bytes;
    }
    return format.transformClass(
        model,
        ClassTransform.endHandler(builder -> builder.withVersion(JAVA_25_VERSION, 0))
            .andThen((builder, element) -> {
              if (!(element instanceof ClassFileVersion)) {
                builder.with(element);
              }
            }));
  }
}
