#!/usr/bin/env bash
# Brings a checkout to where `make demo` and `make test` run: a virtual environment with every package at a pinned
# hash, and the system parts that some suites need. Safe to call again: what is there is left as it is.
#
#   tools/setup.sh python   the virtual environment in .venv
#   tools/setup.sh system   Chromium, poppler, fonts and PostgreSQL, by apt where we may; otherwise says what is left out
set -eu
cd "$(dirname "$0")/.."
venv=.venv

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            command -v "$name"
            return 0
        fi
    done
    say "Waythrough needs Python 3.11 or newer; found $(python3 --version 2>&1 || echo 'no python3')."
    say "On Debian 12 or Ubuntu 24.04: apt-get install python3 python3-venv"
    say "If a newer Python is installed under another name: make PYTHON=/path/to/python3.11 test"
    return 1
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        say "$python cannot make virtual environments: its ensurepip part is missing."
        say "On Debian or Ubuntu: apt-get install python$version-venv"
        return 1
    fi
    "$python" -m venv "$venv"
}

# The stamp is the digest of what decides the environment, so a second call costs a few milliseconds, a change of
# branch is noticed, and a touched file that says the same is not.
wanted() {
    cat pyproject.toml requirements/bootstrap.txt requirements/dev.txt | sha256sum | cut -d' ' -f1
}

setup_python() {
    stamp=$venv/.waythrough-stamp
    if [ -x $venv/bin/python ] && [ "$(cat $stamp 2>/dev/null)" = "$(wanted)" ]; then return 0; fi
    # An environment whose Python has since been removed or upgraded away is made again.
    if [ -e $venv ] && ! $venv/bin/python -c '' 2>/dev/null; then rm -rf $venv; fi
    [ -x $venv/bin/python ] || make_venv
    say "Installing packages into $venv (once, about a minute) ..."
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        -r requirements/bootstrap.txt
    $venv/bin/uv pip install --quiet --python $venv/bin/python --require-hashes -r requirements/dev.txt
    $venv/bin/uv pip install --quiet --python $venv/bin/python --no-deps --no-build-isolation --editable .
    wanted >$stamp
}

# Debian's names for what some suites call, each with the program or font that shows it is there.
missing_system_parts() {
    command -v chromium >/dev/null || printf 'chromium '
    command -v pdftotext >/dev/null || printf 'poppler-utils '
    { command -v postgres || ls /usr/lib/postgresql/*/bin/postgres; } >/dev/null 2>&1 || printf 'postgresql '
    # Only the full fault tests mount a disk of their own.
    [ -z "${WAYTHROUGH_TORTURE:-}" ] || /sbin/ldconfig -p | grep -q 'libfuse\.so' || printf 'libfuse2 '
    { command -v fc-list >/dev/null && fc-list | grep -q 'NotoSansArabic'; } || printf 'fontconfig fonts-noto-core '
}

setup_system() {
    parts=$(missing_system_parts)
    [ -n "$parts" ] || return 0
    as_root=
    if [ "$(id -u)" != 0 ]; then as_root='sudo -n'; fi
    if command -v apt-get >/dev/null && $as_root true 2>/dev/null; then
        say "Installing $parts..."
        # shellcheck disable=SC2086  # a list of words on purpose
        if DEBIAN_FRONTEND=noninteractive $as_root apt-get update -qq >/dev/null </dev/null &&
            $as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y -qq --no-install-recommends $parts >/dev/null </dev/null; then
            return 0
        fi
    fi
    say "Left out: the tests that draw pages, read PDFs or start a database server, for want of: $parts"
    say "To add them: sudo apt-get install --no-install-recommends $parts"
    # On CI a suite left out is a failure, not a remark.
    [ -z "${CI:-}" ]
}

case "${1:-}" in
python) setup_python ;;
system) setup_system ;;
*)
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
