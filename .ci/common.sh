# What `.ci/run` and `.ci/nightly` share: steps with their times, packages that are missing, a server for fuzzing.
# It is sourced from the root of the repository. What is made is under target/; nothing else is changed but that missing
# packages are installed.
# shellcheck shell=bash

# What a newcomer's machine may skip is required here.
export CI=true
export CARGO_TERM_COLOR=never
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR
export PYTHONDONTWRITEBYTECODE=1

readonly VENV="$CARGO_TARGET_DIR/ci-venv"
readonly SERVER="$CARGO_TARGET_DIR/release/cortex-audit-mock"
# The same cases at every run, so that a failure means a change of this project; another number tries others.
export PROPTEST_RNG_SEED="${PROPTEST_RNG_SEED:-2025}"
readonly SCHEMATHESIS_SEED="${SCHEMATHESIS_SEED:-2025}"

steps=0
times=()
server_pid=

stop_server() {
    [[ -z $server_pid ]] && return
    # Fails only for a process that is already gone.
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
}

current=
finish() {
    local code=$?
    stop_server
    if ((code != 0)) && [[ -n $current ]]; then
        printf '\nci: FAILED at step %s: %s (exit code %s)\n' "$((steps + 1))" "$current" "$code"
    fi
    exit "$code"
}
trap finish EXIT

# step HEADING COMMAND…: runs it, stops everything when it fails. Called plainly, never in a condition, where `set -e`
# would not hold inside the command.
step() {
    current=$1
    shift
    printf '\n== %s\n' "$current"
    local began=$SECONDS
    "$@"
    times+=("$(printf '%5s s  %s' "$((SECONDS - began))" "$current")")
    printf -- '-- %s: %s s\n' "$current" "$((SECONDS - began))"
    steps=$((steps + 1))
    current=
}

as_root() {
    if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

# Debian's packages that are not there yet.
system_packages() {
    local missing=() package
    for package in bubblewrap ca-certificates chromium chromium-driver curl fish fonts-dejavu-core g++ gcc libc6-dev \
        mandoc shellcheck valgrind zsh; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    # A Python that did not come from Debian brings its own.
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
    if ((${#missing[@]} == 0)); then
        echo "nothing is missing"
        return
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

python_packages() {
    [[ -x $VENV/bin/python ]] || python3 -m venv "$VENV"
    "$VENV/bin/python" -m pip install -q --disable-pip-version-check -r .ci/requirements.txt
}

# start_server FLAG…: sets server_pid and url, the latter from the one line on standard output.
start_server() {
    local line="$CARGO_TARGET_DIR/ci-server.out" log="$CARGO_TARGET_DIR/ci-server.log"
    rm -f "$line"
    mkfifo "$line"
    "$SERVER" --listen 127.0.0.1:0 --rate-limit off --log json "$@" >"$line" 2>"$log" </dev/null &
    server_pid=$!
    # Ends without a line when the server does.
    local started
    if ! read -r -t 30 started <"$line"; then
        echo "the server did not start:"
        cat "$log"
        return 1
    fi
    rm -f "$line"
    url=$("$VENV/bin/python" -c 'import json, sys; print(json.loads(sys.argv[1])["url"])' "$started")
    echo "listening on $url"
}

# schemathesis_run DOCUMENT HOOKS FLAG…: what schemathesis remembers from one run to the next would make them differ, so it
# starts anew.
schemathesis_run() {
    local place="$CARGO_TARGET_DIR/schemathesis" document=$1 hooks=$2
    shift 2
    rm -rf "$place"
    mkdir -p "$place"
    (cd "$place" && SCHEMATHESIS_HOOKS="$OLDPWD/.ci/$hooks" \
        "$VENV/bin/schemathesis" run "$url$document" --header "Authorization: Bearer mock-admin" \
        --checks all --mode all --seed "$SCHEMATHESIS_SEED" --generation-database none --request-timeout 10 \
        --continue-on-failure --no-color "$@")
}

summary() {
    printf '\n'
    printf '%s\n' "${times[@]}"
    printf 'ci: all %s steps passed in %s s\n' "$steps" "$SECONDS"
}
