#!/bin/sh
# Makes a freshly unpacked Debian tree ($1) into a language image: run by mmdebstrap, as root of that tree.
# Every change here changes the images' tags, because this file is part of their hash.
set -eu
cd "$1"

# The root is read-only later on, so what Python would cache at the first import is made now. It need not ask whether the
# source has changed since, and what is made depends on the source alone, not on its date.
for python in usr/bin/python3.[0-9]*; do
  if [ -x "$python" ]; then chroot . "/$python" -m compileall -q -j 0 --invalidation-mode unchecked-hash /usr/lib/"${python##*/}"; fi
done

# Needed to make new programs out of modules, or to find mistakes in one's own: never while judging.
rm -rf usr/lib/jvm/*/jmods usr/lib/gcc/*/*/lib*san.a usr/lib/gcc/*/*/lib*san_preinit.o
rm -rf usr/lib/*/lib*san.so* usr/libexec/gcc/*/*/lto1 usr/bin/*lto-dump*

# Java's copy of the certificates notes when it was made, and without a network nobody's certificate is ever looked at.
rm -f etc/ssl/certs/java/cacerts

# No file gives its user more rights than the caller has, and no account has a password.
find . -xdev -type f -perm /6000 -exec chmod a-s {} +
for accounts in etc/passwd etc/shadow; do
  if [ -e "$accounts" ]; then sed -i 's/^\([^:]*\):[^:]*:/\1:*:/' "$accounts"; fi
done
rm -f etc/passwd- etc/shadow- etc/group- etc/gshadow-

# What tells of the building host, and what nobody reads in an image. The list of packages stays for scanners.
rm -rf etc/apt etc/hostname etc/resolv.conf etc/machine-id var/lib/dbus var/lib/apt var/cache/* var/log/*
rm -rf var/lib/dpkg/info var/lib/dpkg/*-old usr/share/doc usr/share/man usr/share/info usr/share/locale
rm -rf usr/share/lintian usr/share/bug usr/share/doc-base usr/share/i18n tmp/* var/tmp/* run/*
: > etc/machine-id
