#!/bin/sh
# Unpacks the packages named ($2 …) into a tree ($1) that has nothing yet: run by mmdebstrap before image-hook.sh.
# Neither what they depend on nor their scripts come along, so a bare image holds what its recipe names and no more.
# Every change here changes the tags of bare images, because this file is part of their hash.
set -eu
cd "$1"
shift
PATH=$PATH:/usr/sbin:/sbin

# apt fetches them as it would for an installation: from the tree's own suite, and only what that suite's key signed.
mkdir debs
(cd debs && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -q -o APT::Sandbox::User=root download "$@")
rm -rf var/lib/dpkg
mkdir -p var/lib/dpkg
for deb in debs/*.deb; do
  # Programs of the C library would look for libraries and convert texts; its locale is what all programs need.
  case $deb in debs/libc-bin_*) only=./usr/lib/locale ;; *) only=. ;; esac
  dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink "$only"
  # What dpkg would have noted, which is where scanners and `judge language images` look.
  dpkg-deb --field "$deb" >> var/lib/dpkg/status
  printf 'Status: install ok installed\n\n' >> var/lib/dpkg/status
done
rm -r debs

# What the packages' own scripts would have done.
for java in usr/lib/jvm/java-*/bin/java; do
  if [ -x "$java" ]; then ln -sf "/$java" usr/bin/java; fi
done
for erts in usr/lib/erlang/erts-*; do
  if [ -d "$erts" ]; then ln -s "${erts##*/}" usr/lib/erlang/erts; fi
done
# Without this the loader would look for every library in every folder.
if [ -d usr/lib64 ]; then ldconfig -r . -X; fi

# What is in the packages beside interpreter and libraries: other programs, what starts them, other character sets.
rm -f usr/bin/py3* usr/lib/jvm/*/lib/jexec usr/lib/jvm/*/lib/jspawnhelper usr/lib/jvm/*/lib/ct.sym
for program in usr/lib/jvm/*/bin/*; do
  if [ "${program##*/}" != java ]; then rm -f "$program"; fi
done
rm -rf usr/lib/*/gconv usr/lib/*/engines-* usr/share/gdb usr/share/gcc usr/lib/jvm/*/man
rm -rf etc/update-motd.d etc/profile.d etc/profile etc/skel root home usr/share/base-files

# Where the engine and the launcher mount what is theirs.
mkdir -p dev proc sys tmp exchange/in exchange/out
