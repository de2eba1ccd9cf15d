# What each client needs; sourced by `run`. Installs once; every step is skipped when its result is there.

# packages NAME… of the system, where they are missing and apt is there
packages() {
  local missing=() name
  for name in "$@"; do dpkg -s "$name" > /dev/null 2>&1 || missing+=("$name"); done
  ((${#missing[@]} == 0)) && return 0
  apt-get install -y -qq --no-install-recommends "${missing[@]}" ||
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; }
}

# modules FOLDER NAME@VERSION… from npm, without running scripts of theirs
modules() {
  local folder="$CACHE/$1" wanted
  shift
  wanted="$*"
  [[ "$(cat "$folder/installed" 2> /dev/null)" == "$wanted" ]] && return 0
  mkdir -p "$folder"
  echo '{"private": true}' > "$folder/package.json"
  (cd "$folder" && npm install --ignore-scripts --no-audit --no-fund "$@") && echo "$wanted" > "$folder/installed"
}

# librdkafka and the addon around it, from the sources in the package (the prebuilt binary would come from elsewhere).
addon() {
  local folder="$CACHE/confluent/node_modules/@confluentinc/kafka-javascript" gyp
  modules confluent @confluentinc/kafka-javascript@1.10.1 || return 1
  [[ -f "$folder/build/Release/confluent-kafka-javascript.node" ]] && return 0
  packages g++ make zlib1g-dev libzstd-dev libssl-dev libcurl4-openssl-dev libsasl2-dev || return 1
  gyp="$(npm root -g)/npm/node_modules/node-gyp/bin/node-gyp.js"
  export CKJS_LINKING=dynamic
  # Configured and compiled beforehand: the addon's own make file would start all compilers at once.
  (cd "$folder/deps" && node ../util/configure && make -j2 -C librdkafka libs) &&
    (cd "$folder" && node "$gyp" rebuild --nodedir=/usr)
}

install_for() {
  case "$1" in
    kcat) packages kcat ;;
    librdkafka) packages gcc librdkafka-dev && addon ;;
    confluent) addon ;;
    kafkajs) modules kafkajs kafkajs@2.2.4 kafkajs-snappy@1.1.0 lz4js@0.2.0 ;;
    platformatic) modules platformatic @platformatic/kafka@2.12.1 ;;
    python) packages python3-kafka python3-snappy python3-lz4 python3-zstandard ;;
    java) packages maven ;;
  esac
}
