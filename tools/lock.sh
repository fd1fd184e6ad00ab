#!/usr/bin/env bash
# Writes requirements/*.txt from pyproject.toml: every package at one version, for every system and Python from
# 3.11 on, with the hashes of all its files. No addresses: where packages come from is the reader's business.
# Give --upgrade to take newer versions; without it, pinned versions stay where they still fit.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
[ -x $uv ] || uv=uv

compile() {
    out=requirements/$1.txt
    shift
    $uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --no-header --no-annotate "$@" -o "$out" </dev/null >/dev/null
    { python3 tools/locked.py --header; cat "$out"; } >"$out.new"
    mv "$out.new" "$out"
}

compile bootstrap "$@" --group bootstrap
compile all "$@" --extra all pyproject.toml
# The developers' set is held to the users' versions, so what is tested is what is shipped.
compile dev "$@" --extra all --group dev -c requirements/all.txt pyproject.toml
if grep -nE 'https?://|index-url|find-links' requirements/*.txt; then
    echo "requirements must name no address" >&2
    exit 1
fi
