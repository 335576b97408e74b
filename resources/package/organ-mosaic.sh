#!/bin/sh
# Starts OrganMosaic from where it was unpacked. It needs this folder and nothing else of the machine.
set -eu
self=$0
case $self in */*) ;; *) self=./$self ;; esac
# A link to this file, say in /usr/local/bin, is followed to the folder it belongs to.
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in /*) self=$target ;; *) self=${self%/*}/$target ;; esac
done
here=$(cd "${self%/*}" && pwd -P)
exec "$here/bin/node" "$here/app/electron/hosts/cli/main.ts" "$@"
