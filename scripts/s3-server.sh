#!/usr/bin/env bash
# A real S3-compatible server for tests: Ceph's RADOS Gateway with one monitor and one storage daemon that keeps
# objects in memory. Its Debian or Ubuntu packages are unpacked and never installed: it needs no root and no system
# service, and changes nothing outside the two folders.
#
#   s3-server.sh PACKAGES DATA GATEWAY_PORT MONITOR_PORT ACCESS_KEY SECRET_KEY
#
# PACKAGES keeps the unpacked packages between runs (66 MB to download the first time, 260 MB on disk);
# an empty argument selects a folder in the user's cache.
# DATA is for this run only. Everything listens on 127.0.0.1 only.
#
# Prints "ready" when it serves, then executes commands from standard input and prints "ok" or "failed" for each:
#   kill-gateway    kill the HTTP gateway with SIGKILL; objects are kept
#   start-gateway   start the gateway again
# Exits with 98 if a port is in use. The end of standard input stops everything, so the server never outlives its
# parent process.
set -uo pipefail

if [[ $# -ne 6 ]]; then
  sed -n '2,17s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
packages=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/hourglass/s3-server/packages}
mkdir -p "$packages" "$2" || exit 1
packages=$(realpath "$packages")
data=$(realpath "$2")
gateway_port=$3
monitor_port=$4
access_key=$5
secret_key=$6

root=$packages/root
config=$data/ceph.conf
logs=$data/logs
monitor_pid='' storage_pid='' gateway_pid=''

complain() {
  echo "s3-server: $*" >&2
}

# Downloads missing packages. Test files may run this concurrently: the lock makes the second wait for the first.
unpack_packages() {
  exec 9>"$packages/lock"
  flock 9
  if [[ ! -d $root ]]; then
    local incoming=$packages/incoming
    rm -rf "$incoming" && mkdir -p "$incoming/debs" "$incoming/root" || return 1
    local names
    mapfile -t names < <(
      LC_ALL=C apt-get -s install --no-install-recommends radosgw ceph-mon ceph-osd | awk '/^Inst / { print $2 }'
    )
    if [[ ${#names[@]} -eq 0 ]]; then
      complain 'apt-get lists no package to download; run "apt-get update"'
      return 1
    fi
    (cd "$incoming/debs" && apt-get -q -o APT::Sandbox::User=root download "${names[@]}" >/dev/null) || return 1
    local package
    for package in "$incoming"/debs/*.deb; do
      dpkg -x "$package" "$incoming/root" || return 1
    done
    # The rename comes last, so that a folder of this name is complete.
    mv "$incoming/root" "$root" && rm -rf "$incoming" || return 1
  fi
  flock -u 9
  exec 9>&-
}

use_packages() {
  libraries=$root/usr/lib/x86_64-linux-gnu
  export LD_LIBRARY_PATH=$libraries:$libraries/ceph:$root/usr/lib/ceph:$root/lib/x86_64-linux-gnu
  export PATH=$root/usr/bin:$PATH
  export PYTHONPATH=$root/usr/lib/python3/dist-packages
  export CEPH_CONF=$config
}

write_config() {
  cat >"$config" <<END
[global]
fsid = $1
mon host = v1:127.0.0.1:$monitor_port
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none

# One daemon holds the only copy of everything.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
osd objectstore = memstore
memstore device bytes = 4294967296

run dir = $data/run
admin socket = $data/run/\$name.asok
pid file = $data/run/\$name.pid
log file = $logs/\$name.log
plugin dir = $libraries/ceph
erasure code dir = $libraries/ceph/erasure-code
osd class dir = $libraries/rados-classes
osd class load list = *
osd class default list = *

[mon.a]
mon data = $data/mon
mon addr = v1:127.0.0.1:$monitor_port

[osd.0]
osd data = $data/osd

[client.rgw.a]
rgw data = $data/rgw
rgw frontends = beast endpoint=127.0.0.1:$gateway_port
rgw dns name =
END
}

# The daemons inherit neither standard input, which has the commands, nor the lock.
start_monitor() {
  monmaptool --create --clobber --fsid "$1" --addv a "[v1:127.0.0.1:$monitor_port]" "$data/monmap" || return 1
  ceph-mon -c "$config" --mkfs -i a --monmap "$data/monmap" || return 1
  ceph-mon -c "$config" -i a -f >"$logs/monitor.out" 2>&1 </dev/null &
  monitor_pid=$!
  local try
  for try in {1..20}; do
    kill -0 "$monitor_pid" || return 1
    timeout 15 ceph -c "$config" -s && return 0
  done
  return 1
}

start_storage() {
  local id
  id=$(cat /proc/sys/kernel/random/uuid)
  timeout 60 ceph -c "$config" osd new "$id" 0 || return 1
  ceph-osd -c "$config" -i 0 --mkfs --osd-uuid "$id" || return 1
  timeout 60 ceph -c "$config" osd crush add osd.0 1.0 root=default host=localhost || return 1
  local try
  for try in {1..5}; do
    ceph-osd -c "$config" -i 0 -f >>"$logs/storage.out" 2>&1 </dev/null &
    storage_pid=$!
    storage_is_up && return 0
  done
  return 1
}

# Fails if the daemon exits: on a busy machine it may contact its monitor before it knows its cluster, gets
# "wrong fsid" and gives up. A restart continues where it stopped.
storage_is_up() {
  local try
  for try in {1..100}; do
    kill -0 "$storage_pid" || return 1
    timeout 15 ceph -c "$config" osd stat | grep -q '1 up' && return 0
  done
  kill -KILL "$storage_pid"
  return 1
}

gateway_responds() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$gateway_port" || exit 1
    printf 'GET / HTTP/1.0\r\n\r\n' >&3
    IFS= read -r -t 2 status <&3 && [[ $status == HTTP/1.*\ 200* ]]
  ) 2>/dev/null
}

start_gateway() {
  radosgw -c "$config" -n client.rgw.a -f >>"$logs/gateway.out" 2>&1 </dev/null &
  gateway_pid=$!
  local try
  for try in {1..1200}; do
    gateway_responds && return 0
    kill -0 "$gateway_pid" || return 1
    sleep 0.1
  done
  return 1
}

kill_gateway() {
  kill -KILL "$gateway_pid"
  wait "$gateway_pid"
  return 0
}

# Objects are in memory and the folder is temporary, so nothing needs a graceful shutdown.
stop_everything() {
  local pid
  for pid in $gateway_pid $storage_pid $monitor_pid; do
    kill -KILL "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
  done
}

start_everything() {
  rm -rf "$data/mon" "$data/osd" "$data/rgw" "$data/run" "$logs"
  mkdir -p "$data/mon" "$data/osd" "$data/rgw" "$data/run" "$logs" || return 1
  local cluster
  cluster=$(cat /proc/sys/kernel/random/uuid)
  write_config "$cluster" || return 1
  {
    start_monitor "$cluster" && start_storage && start_gateway &&
      radosgw-admin -c "$config" user create --uid=test --display-name=test \
        --access-key="$access_key" --secret-key="$secret_key"
  } >"$logs/start.out" 2>&1 </dev/null
}

trap stop_everything EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

unpack_packages || { complain 'the packages could not be downloaded and unpacked'; exit 1; }
use_packages
if ! start_everything; then
  # Another process may have taken a port since the caller chose it.
  grep -qs 'Address already in use' "$logs"/* && exit 98
  tail -n 5 "$logs"/*.out >&2
  complain 'the server did not start'
  exit 1
fi
echo ready

while read -r line; do
  case $line in
    kill-gateway) kill_gateway ;;
    start-gateway) start_gateway ;;
    *) complain "unknown command: $line" && false ;;
  esac >>"$logs/commands.out" 2>&1 </dev/null && echo ok || echo failed
done
