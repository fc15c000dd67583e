#!/bin/sh
# Installs the browser that the page is tested in, where there is none: Debian's own package, from its own archive.
set -eu
for name in chromium chromium-browser google-chrome-stable; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if ! command -v apt-get >/dev/null 2>&1; then
  echo "There is no Chromium here and no apt-get to install it: install one, or name it with CHROMIUM." >&2
  exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then as_root="sudo -n"; fi
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
