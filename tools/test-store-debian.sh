#!/bin/sh
# Runs the store's suite on Debian's PostgreSQL (15 or newer), directly and behind Debian's pgbouncer.
# The embedded server of the npm package is newer; this one is what many run.
set -eu

fail() {
  echo "test-store-debian: $1" >&2
  exit 1
}

root=$(cd "$(dirname "$0")/.." && pwd)
bin=
for candidate in /usr/lib/postgresql/*/bin; do
  version=$(basename "$(dirname "$candidate")")
  case $version in *[!0-9]*) continue ;; esac
  if [ "$version" -ge 15 ] && [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ]; then bin=$candidate; fi
done
[ -n "$bin" ] || fail "PostgreSQL 15 or newer is missing: apt-get install postgresql"
[ -x /usr/sbin/pgbouncer ] || fail "pgbouncer is missing: apt-get install pgbouncer"
[ -x "$root/node_modules/.bin/node" ] || fail "the libraries are missing: npm ci"

# PostgreSQL refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
  id postgres >/dev/null 2>&1 || fail "the user postgres is missing: apt-get install postgresql"
  as() { su postgres -s /bin/sh -c "$1"; }
else
  as() { sh -c "$1"; }
fi

directory=$(as 'mktemp -d /tmp/modei-debian-XXXXXX')
port=$("$root/node_modules/.bin/node" -e \
  "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })")
cleanup() {
  as "'$bin/pg_ctl' -D '$directory' -m immediate stop >/dev/null 2>&1" || true
  rm -rf "$directory"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

as "'$bin/initdb' -D '$directory' -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null" \
  || fail "initdb of $bin failed"
as "'$bin/pg_ctl' -D '$directory' -w -l '$directory/log' \
  -o '-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=' start >/dev/null" \
  || fail "PostgreSQL of $bin did not start"

echo "on $("$bin/postgres" --version) and $(/usr/sbin/pgbouncer --version | head -n 1)"
cd "$root"
PATH="$root/node_modules/.bin:$PATH" MODEI_TEST_DATABASE_URL="postgres://postgres:trusted@127.0.0.1:$port/postgres" \
  node --test packages/server/test/store/postgres.test.ts packages/server/test/store/postgres-pooler.test.ts
