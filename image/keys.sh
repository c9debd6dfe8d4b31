#!/usr/bin/env bash
# Puts the certificate that bundles must be signed under into the image. A development image has a key of its own, made once on this machine;
# a release has the one that was given, and never another.
set -euo pipefail
target=$1
if [ "$MODE" = release ]; then
  certificate=${KEY%.pem}.crt
  [ -r "$certificate" ] || { echo "the key $KEY has no certificate beside it ($certificate)"; exit 1; }
  cp "$certificate" "$target"
  exit 0
fi
if [ ! -e "$CACHE/development.pem" ]; then
  openssl req -x509 -newkey rsa:3072 -nodes -days 7300 -subj "/CN=Station development, never for a shop" -keyout "$CACHE/development.pem" \
    -out "$CACHE/development.crt" 2> /dev/null
fi
cp "$CACHE/development.crt" "$target"
