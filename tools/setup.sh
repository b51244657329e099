#!/bin/sh
# Installs the Debian packages that flamepress needs and this machine does not have.
#
#     sh tools/setup.sh          what building and running takes
#     sh tools/setup.sh tests    and what the tests take
#     sh tools/setup.sh fuzz     what building takes, and the compiler of tools/fuzz.sh
#     sh tools/setup.sh check    what building and the tests take, and the tools of tools/check-all.sh
#
# Does nothing, and asks for no right, when nothing is missing. "a|b" is served by either, "a!c" by a command c from
# wherever it is; a is installed.
set -eu

build_packages='
gcc
libc6-dev
cmake
ninja-build
pkg-config|pkgconf
libcurl4-openssl-dev|libcurl4-gnutls-dev|libcurl4-nss-dev
libjansson-dev
libcairo2-dev
libpango1.0-dev
libpng-dev
libglib2.0-dev
uuid-dev
zlib1g-dev
libmd-dev
libpcre2-dev
libzip-dev
'
# Pictures need a font, windows need the time zones, https:// needs the authorities.
run_packages='
fonts-dejavu-core
tzdata
ca-certificates
'
test_packages='
libcmocka-dev
python3
libxml2-utils
tidy
openssl
poppler-utils
golang-go
fonts-noto-cjk
chromium-headless-shell!chromium-headless-shell
nodejs!node
npm!npm
dpkg-dev
file
systemd
man-db
faketime!faketime
python3-yaml
mandoc
zsh
'
fuzz_packages='
clang!clang
'
check_packages='
clang!clang
clang-tidy!clang-tidy
cppcheck
valgrind
libc6-dbg
'

say() {
    printf 'flamepress: %s\n' "$*"
}

# What is to be done by hand, one line an argument.
give_up() {
    {
        say "$1"
        shift
        for line in "$@"; do
            printf '    %s\n' "$line"
        done
    } >&2
    exit 1
}

installed() {
    # a package can be known without being there, and twice, for two architectures
    dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# The packages of the list (a word each, as said above) that are not there.
missing_of() {
    for entry in "$@"; do
        found=no
        packages=${entry%%!*}
        case $entry in
        *!*) if command -v "${entry#*!}" >/dev/null; then found=yes; fi ;;
        esac
        for package in $(printf '%s' "$packages" | tr '|' ' '); do
            if installed "$package"; then
                found=yes
            fi
        done
        if [ "$found" = no ]; then
            printf '%s ' "${packages%%|*}"
        fi
    done
}

wanted="$build_packages $run_packages"
case ${1-} in
'') ;;
tests) wanted="$wanted $test_packages" ;;
fuzz) wanted="$wanted $fuzz_packages" ;;
check) wanted="$wanted $test_packages $check_packages" ;;
*) give_up "tools/setup.sh: unknown argument \"$1\"" 'Usage: sh tools/setup.sh [tests|fuzz|check]' ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    names=$(for entry in $wanted; do entry=${entry%%!*}; printf '%s ' "${entry%%|*}"; done)
    give_up 'this machine has no apt-get, so packages cannot be installed here.' \
        'Install what these Debian packages hold by the means of your system:' "$names" \
        'then: cmake --preset release -DBUILD_TESTING=OFF && cmake --build --preset release' \
        'and:  build/flamepress demo -o build/demo-site'
fi

# shellcheck disable=SC2086 # lists of words
missing=$(missing_of $wanted)
missing=${missing% }
if [ -z "$missing" ]; then
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null; then
        give_up 'packages are missing, and there is no sudo to install them with. As root, run:' \
            "apt-get update && apt-get install --no-install-recommends $missing"
    fi
    if ! [ -t 0 ] && ! sudo -n true 2>/dev/null; then
        give_up 'packages are missing, and sudo wants a password, which nobody can type here. Run first:' \
            "sudo apt-get update && sudo apt-get install --no-install-recommends $missing"
    fi
fi

apt() {
    # env: sudo does not pass variables on
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

say "installing ${as_root:+with sudo }the Debian packages $missing"
# A source that cannot be reached (not ours, perhaps) is no reason to stop: what counts is whether installing works.
apt update || say 'some package lists could not be fetched; trying with those that are there' >&2
# --no-remove: a package of yours that stands in the way is yours to decide on.
# shellcheck disable=SC2086
if ! apt install -y --no-install-recommends --no-remove $missing </dev/null; then
    give_up 'apt-get could not install what is missing (its reasons are above). If it cannot be reached: a network' \
        'or proxy (http_proxy) to a Debian mirror is needed, once. If packages are unknown: Debian 12 or later,' \
        'section main, in /etc/apt. If it would have to remove others: decide by hand. The packages:' "$missing"
fi
# shellcheck disable=SC2086
missing=$(missing_of $wanted)
if [ -n "$missing" ]; then
    give_up 'apt-get ended well, but these packages are still not installed:' "$missing"
fi
