# shellcheck shell=bash
# Functions shared by tests/run, tests/tidy, .ci/run and deploy/quickstart. To be sourced; needs `set -euo pipefail`.

# say TEXT: one line of progress, on standard error.
say() { printf '== %s\n' "$*" >&2; }

# die STATUS TEXT
die() {
  local status=$1
  shift
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit "$status"
}

# is_debian_12 FILE: whether the machine with this os-release file is Debian 12.
is_debian_12() { [[ -r $1 ]] && grep -qx 'ID=debian' "$1" && grep -qxE 'VERSION_ID="?12"?' "$1"; }

# packages_of SECTION...: the packages of these sections of deploy/packages, one a line.
packages_of() {
  awk -v wanted=" $* " '
    /^#/ || NF == 0 { next }
    /^\[/ { inside = index(wanted, " " substr($0, 2, length($0) - 2) " "); next }
    inside && !seen[$1]++ { print $1 }
  ' "$(dirname "${BASH_SOURCE[0]}")/packages"
}

# provided_packages: the installed packages and what they provide, one a line; a nodejs of another origin provides npm.
provided_packages() {
  dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' |
    sed -n 's/^installed //p' | tr ',' '\n' | awk 'NF { print $1 }'
}

# missing_packages SECTION...: those of packages_of that are neither installed nor provided, one a line.
missing_packages() { grep -vxFf <(provided_packages) <(packages_of "$@") || true; }

# install_packages SECTION...: installs the missing ones; ends the script if it cannot.
install_packages() {
  if ! is_debian_12 /etc/os-release; then
    say 'this is not Debian 12, so nothing is installed; these packages or their equivalents are needed:'
    packages_of "$@" | paste -sd ' ' >&2
    die 1 'install them, then run this again with --no-install'
  fi
  local missing apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die 1 "as root, run: apt-get install ${missing[*]}"
    apt=(sudo "${apt[@]}")
  fi
  say "installing ${missing[*]}"
  "${apt[@]}" update </dev/null || die 1 'apt-get update failed'
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null ||
    die 1 'apt-get install failed'
}
