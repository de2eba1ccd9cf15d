# Shared by the checks written in bash; sourced. One line per check, FAIL with what was seen; `finish` gives the exit status.
CHECKS_FAILED=0

ok() { printf 'ok    %s\n' "$1"; }

fail() {
  printf 'FAIL  %s: %s\n' "$1" "$(tr '\n' '|' <<< "$2" | cut -c1-400)"
  CHECKS_FAILED=$((CHECKS_FAILED + 1))
}

# equal NAME EXPECTED ACTUAL
equal() { if [[ "$2" == "$3" ]]; then ok "$1"; else fail "$1" "expected <$2> but was <$3>"; fi; }

# matches NAME REGEX ACTUAL
matches() { if grep -qE -- "$2" <<< "$3"; then ok "$1"; else fail "$1" "expected /$2/ in <$3>"; fi; }

finish() { ((CHECKS_FAILED == 0)); }
