# Shared by ./tb and its parts: what has to be installed, and how the tree is built. Sourced with the
# tree's top as working directory.

PACKAGES=(
    build-essential meson ninja-build pkg-config git ca-certificates
    libsodium-dev libmsgpack-dev libseccomp-dev libjansson-dev libpcre2-dev libidn2-dev libunistring-dev
    clang-format clang-tidy cppcheck valgrind scdoc
    python3 python3-pytest python3-msgpack util-linux binutils procps passwd
    clang-19 libclang-rt-19-dev
    librnp-dev gnupg sq openssl
    libwebsockets-dev libgumbo-dev libjavascriptcoregtk-4.1-dev libwebkit2gtk-4.1-dev xvfb xdotool bubblewrap xdg-dbus-proxy dbus-daemon fonts-dejavu-core
    chromium firefox-esr
)

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "tb: these need root or sudo: $*"
        exit 4
    fi
}

installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

# Installs Debian packages that are not there yet; silent when there are none.
deps() {
    local missing=() package
    for package in "${PACKAGES[@]}" "$@"; do
        installed "$package" || missing+=("$package")
    done
    if ! command -v node >/dev/null; then
        missing+=(nodejs)
    fi
    # Debian's npm does not go with a nodejs from elsewhere, which brings its own.
    if ! command -v npm >/dev/null; then
        missing+=(npm)
    fi
    [ ${#missing[@]} -gt 0 ] || return 0
    say "tb: installing ${missing[*]}"
    as_root apt-get update -q >/dev/null
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}

# Those that a lock file names: npm_packages FOLDER
npm_packages() {
    if [ ! -d "$1/node_modules" ] || [ "$1/package-lock.json" -nt "$1/node_modules" ]; then
        say "tb: installing npm packages of $1"
        (cd "$1" && npm ci --no-audit --no-fund --silent) && touch "$1/node_modules"
    fi
}

# The scripts of a page are built with them.
node_deps() { npm_packages shim-js; }

# Configures a build directory once: configure DIR [OPTION...]
configure() {
    local dir=$1
    shift
    node_deps
    [ -f "$dir/build.ninja" ] ||
        meson setup "$dir" --prefix "$PWD/$dir/root" --libdir lib -Dauto_features=enabled "$@" >"$dir.log" 2>&1 ||
        { cat "$dir.log" >&2 && return 1; }
    rm -f "$dir.log"
}

# Builds and installs one: compile DIR
compile() {
    local log
    log=$(mktemp)
    if ! { ninja -C "$1" && meson install -C "$1" --no-rebuild --quiet; } >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
    place_module "$1/root/share/trollbridge/js/enclave.js"
}

# The example that imports it is run where it lies. Left alone where it is the same: somebody may be reading it.
place_module() {
    cmp -s "$1" examples/vault/dist/enclave.js || cp "$1" examples/vault/dist/enclave.js
}

build() {
    say "tb: building"
    configure build
    compile build
}

build_quietly() {
    configure build
    compile build
}
