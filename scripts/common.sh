# Shared by ./dure and ./dev: finding a JDK, and building when something changed. Sourced, never run.

readonly LEAST_JAVA=25

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Reads the major version from a JDK's own release file: no JVM is started for it.
java_major() {
  local release="$1/release" line version
  [[ -x "$1/bin/java" && -r "$release" ]] || return 1
  while IFS= read -r line; do
    case "$line" in
      JAVA_VERSION=*)
        version="${line#JAVA_VERSION=}"
        version="${version//\"/}"
        version="${version%%[.+-]*}"
        [[ "$version" =~ ^[0-9]+$ ]] || return 1
        printf '%s' "$version"
        return 0
        ;;
    esac
  done < "$release"
  return 1
}

# Sets JDK to the first fitting one: DURE_JAVA_HOME, JAVA_HOME, java on the PATH, then where systems keep theirs.
find_jdk() {
  local candidate major path_java seen=""
  if [[ -n "${DURE_JAVA_HOME:-}" ]]; then
    major="$(java_major "$DURE_JAVA_HOME")" || die "DURE_JAVA_HOME=$DURE_JAVA_HOME holds no JDK (no bin/java and release file there)."
    ((major >= LEAST_JAVA)) || die "DURE_JAVA_HOME=$DURE_JAVA_HOME is Java $major; Dure needs $LEAST_JAVA or newer."
    JDK="$DURE_JAVA_HOME"
    return 0
  fi
  path_java="$(command -v java || true)"
  [[ -n "$path_java" ]] && path_java="$(dirname "$(dirname "$(readlink -f "$path_java")")")"
  for candidate in "${JAVA_HOME:-}" "$path_java" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    "$HOME"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [[ -n "$candidate" ]] || continue
    major="$(java_major "$candidate")" || continue
    if ((major >= LEAST_JAVA)) && [[ -z "${1:-}" || -x "$candidate/bin/javac" ]]; then
      JDK="$candidate"
      return 0
    fi
    seen+="  Java $major in $candidate"$'\n'
  done
  die "Dure needs a JDK $LEAST_JAVA or newer and found none.
${seen:+Looked at:
$seen}Install one (for example Temurin $LEAST_JAVA, https://adoptium.net) or point DURE_JAVA_HOME at it."
}

find_maven() {
  command -v mvn > /dev/null || die "Dure builds with Maven (3.8.6 or newer) and found no mvn on the PATH.
On Debian or Ubuntu: apt-get install maven"
}

# Runs Maven on the JDK that was found; a JAVA_HOME of 17 would do as well, by its toolchains plugin.
maven() {
  JAVA_HOME="$JDK" MAVEN_OPTS="${MAVEN_OPTS:--XX:+UseSerialGC -XX:TieredStopAtLevel=1 --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED}" \
    mvn -B -f "$ROOT/pom.xml" "$@"
}

# Flags of both kinds of process. The start-up caches fit these and no others.
readonly COMMON_FLAGS=(-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:-UsePerfData --enable-native-access=ALL-UNNAMED)
# A broker keeps its records in the page cache, not on the heap. Its time goes to the kernel, its code is wide and runs little of each:
# with the JVM's own 325 bytes, inlining makes the compiler work for seconds on what it then hardly needs (docs/costs.md).
readonly BROKER_FLAGS=("${COMMON_FLAGS[@]}" -Xss512k -XX:FreqInlineSize=100 -XX:+ExitOnOutOfMemoryError)
readonly COMMAND_FLAGS=("${COMMON_FLAGS[@]}" -XX:TieredStopAtLevel=1)
readonly BROKER_MAIN=io.dure.server.Main
readonly COMMAND_MAIN=io.dure.cli.Main
readonly RECOVER_MAIN=io.dure.server.RecoverMain

app_is_current() {
  local jar="$ROOT/target/app/dure.jar"
  [[ -f "$jar" ]] || return 1
  [[ -z "$(find "$ROOT/src/main" "$ROOT/pom.xml" -newer "$jar" -print -quit)" ]]
}

# Builds target/app if sources are newer. Several processes may start at once: one builds, the others wait for it.
build_app() {
  app_is_current && return 0
  find_jdk with-compiler
  find_maven
  mkdir -p "$ROOT/target"
  (
    if command -v flock > /dev/null; then
      flock 9
      app_is_current && exit 0
    fi
    started=$SECONDS
    printf 'building Dure (once; a few seconds, longer when libraries must be fetched) ... ' >&2
    if ! maven -q -Dquick -Dmaven.test.skip=true package > "$ROOT/target/build.log" 2>&1; then
      printf 'failed\n' >&2
      tail -n 40 "$ROOT/target/build.log" >&2
      exit 1
    fi
    # A running broker keeps the jar it has mapped: a new one takes its place, it is never written over.
    mkdir -p "$ROOT/target/app/lib"
    for lib in "$ROOT"/target/lib/*.jar; do
      [[ -f "$ROOT/target/app/lib/${lib##*/}" ]] || add_library "$lib"
    done
    for lib in "$ROOT"/target/app/lib/*.jar; do
      [[ -f "$ROOT/target/lib/${lib##*/}" ]] || rm -f "$lib"
    done
    cp "$ROOT/target/dure.jar" "$ROOT/target/app/.dure.jar.new"
    mv -f "$ROOT/target/app/.dure.jar.new" "$ROOT/target/app/dure.jar"
    [[ "${DURE_AOT:-on}" == off ]] || train_start_caches || true
    printf 'done in %d s\n' "$((SECONDS - started))" >&2
  ) 9> "$ROOT/target/.build.lock"
}

# The parser of commands gets its classes into a format that the start-up cache takes; with the old one it works as well, only slower.
add_library() {
  local new="$ROOT/target/app/lib/.${1##*/}"
  cp "$1" "$new"
  [[ "$1" != */picocli-* ]] || "$JDK/bin/java" "$ROOT/scripts/ModernClasses.java" "$new" || cp "$1" "$new"
  mv "$new" "$ROOT/target/app/lib/${1##*/}"
}

# Lets a broker and a command run once and keeps what the JVM learned (JEP 483, 514): later starts take a third of the time.
# A second broker gives the first one a follower and a leader to talk to. Without the caches everything works, only slower, so
# nothing here may fail the build. DURE_AOT=off leaves it out.
train_start_caches() {
  local app="$ROOT/target/app" work address pid other
  rm -f "$app"/*.aot
  work="$(mktemp -d)" || return 1
  "$JDK/bin/java" "${BROKER_FLAGS[@]}" -XX:AOTCacheOutput="$work/broker.aot" -cp "$app/dure.jar" "$BROKER_MAIN" \
    --listen 127.0.0.1:0 --data "$work/data" --console 127.0.0.1:0 > "$work/out" 2> "$work/broker.log" < /dev/null &
  pid=$!
  if address="$(await_ready "$pid" "$work/out")"; then
    "$JDK/bin/java" "${BROKER_FLAGS[@]}" -cp "$app/dure.jar" "$BROKER_MAIN" --join "$address" \
      --listen 127.0.0.1:0 --data "$work/other" --console off > "$work/other.out" 2> "$work/other.log" < /dev/null &
    other=$!
    await_ready "$other" "$work/other.out" > /dev/null || true
    "$JDK/bin/java" "${COMMAND_FLAGS[@]}" -XX:AOTCacheOutput="$work/command.aot" -cp "$app/dure.jar" "$COMMAND_MAIN" \
      exercise -b "$address" > "$work/command.log" 2>&1 < /dev/null || true
    kill -KILL "$other" 2> /dev/null || true
    wait "$other" 2> /dev/null || true
  fi
  kill -TERM "$pid" 2> /dev/null || true
  wait "$pid" 2> /dev/null || true
  for cache in broker command; do
    [[ -s "$work/$cache.aot" ]] && mv "$work/$cache.aot" "$app/$cache.aot"
  done
  rm -rf "$work"
}

# Tells the address at which a broker says that it serves; fails when it ends, or does not say so for ten seconds.
await_ready() {
  local address
  for _ in $(seq 100); do
    address="$(sed -n 's/^ready .*listen=\([^ ]*\).*/\1/p' "$2")"
    if [[ -n "$address" ]]; then
      printf '%s' "$address"
      return 0
    fi
    kill -0 "$1" 2> /dev/null || return 1
    sleep 0.1
  done
  return 1
}

# Sets CACHE_FLAGS to what uses a start-up cache, if there is one; the JVM goes without, and says nothing of it, when it does not fit.
find_start_cache() {
  local cache="$ROOT/target/app/$1.aot"
  CACHE_FLAGS=()
  [[ ! -f "$cache" ]] || CACHE_FLAGS=(-XX:AOTCache="$cache" -Xlog:disable -Xlog:all=error:stderr)
}
