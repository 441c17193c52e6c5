#!/bin/sh
# What is tried in the machine of can_vm.py:  inside.sh BUILD_FOLDER
# evsim and its ports at the CAN of Linux, beside can-utils and the kernel's drivers.
build=$(realpath "$1")
evsim=$build/evsim
peer=$build/can_vm_peer
failed=0
cd /tmp || exit 1

uptime() { cut -d ' ' -f 1 /proc/uptime; }
# check NAME COMMAND...: when in the life of the machine it was done; its last line on success, all it said on failure.
check() {
  name=$1
  shift
  if "$@" >check.txt 2>&1; then
    echo "ok  $(uptime) s  $name: $(tail -n 1 check.txt)"
  else
    echo "FAILED  $name"
    cat check.txt
    failed=1
  fi
}
# same A B: whether both files say the same.
same() {
  if diff "$1" "$2" >diff.txt; then
    echo "$(wc -l <"$1") lines as expected"
  else
    head -n 20 diff.txt
    return 1
  fi
}
# Frames of a log without their times. In candump's, 4 among the flags says CAN FD, which the second # does already.
frames() { without_4 "$@" | sed 's/^([0-9.]*) //'; }
without_4() { sed 's/##4/##0/; s/##5/##1/; s/##6/##2/; s/##7/##3/' "$@"; }
# listeners LIST INTERFACE: how many receive there. An interface without any has a line, too.
listeners() { grep -v 'no entry' "/proc/net/can/rcvlist_$1" | grep -c "$2"; }
# listening N [LIST INTERFACE]: until so many programs receive, at vcan0 all that comes.
listening() {
  for _ in $(seq 200); do
    [ "$(listeners "${2:-all}" "${3:-vcan0}")" -ge "$1" ] && return
    sleep 0.05
  done
}
# Those of the check before are gone a little later than their programs.
nobody_listens() {
  for _ in $(seq 200); do
    [ "$(listeners all vcan0)" -eq 0 ] && return
    sleep 0.05
  done
}

# ---- vcan -------------------------------------------------------------------------------------

check "vcan, classical" "$peer" exchange 'socketcan://vcan0?fd=off' 'socketcan://vcan0?fd=off' 5000
check "vcan, CAN FD" "$peer" exchange socketcan://vcan0 socketcan://vcan0 5000

# cansend, as evsim shows it.
cat >five.txt <<'TEXT'
vcan0 123#11223344
vcan0 1ABCDEF0#
vcan0 7FF#R3
vcan0 00000123##0112233
vcan0 321##1000102030405060708090A0B0C0D0E0F
TEXT
from_cansend() {
  nobody_listens
  "$evsim" can dump socketcan://vcan0 --count 5 --seconds 60 >dump.txt &
  listening 1
  for frame in 123#11.22.33.44 1ABCDEF0# 7FF#R3 00000123##0112233 321##1000102030405060708090A0B0C0D0E0F; do
    cansend vcan0 $frame
  done
  wait $!
  frames dump.txt >got.txt
  same five.txt got.txt
}
check "cansend to evsim can dump" from_cansend

# evsim, as candump shows it.
to_candump() {
  nobody_listens
  candump -L -n 5 -T 60000 vcan0 >dump.txt &
  listening 1
  for frame in 123#11223344 1ABCDEF0# 7FF#R3 00000123##0112233 321##1000102030405060708090A0B0C0D0E0F; do
    "$evsim" can send socketcan://vcan0 $frame
  done
  wait $!
  frames dump.txt >got.txt
  same five.txt got.txt
}
check "evsim can send to candump" to_candump

# A burst of all kinds: two logs of the same frames, with the same times of the kernel.
burst() {
  nobody_listens
  candump -L -n 2000 -T 60000 vcan0 >candump.log &
  "$evsim" can dump socketcan://vcan0 --count 2000 --seconds 60 --log evsim.log >/dev/null &
  listening 2
  cangen vcan0 -n 1000 -g 0.2 -m
  cangen vcan0 -n 1000 -g 0.2 -e
  wait
  sed 's/^(\([0-9]*\.[0-9]\{6\}\)[0-9]*)/(\1)/' evsim.log >got.txt
  without_4 candump.log >expected.txt
  same expected.txt got.txt
}
check "candump's log and evsim's of cangen" burst

filters() {
  "$evsim" can dump 'socketcan://vcan0?filter=100:700,00000005:1FFFFFFF' --count 3 --seconds 60 >dump.txt &
  dump=$!
  listening 1 fil vcan0
  for frame in 200#01 123#02 00000123#03 00000005#04 005#05 1FF##106; do cansend vcan0 $frame; done
  wait $dump || return 1
  frames dump.txt >got.txt
  printf 'vcan0 123#02\nvcan0 00000005#04\nvcan0 1FF##106\n' >expected.txt
  same expected.txt got.txt
}
check "filters in the kernel" filters

# ---- What is not there ------------------------------------------------------------------------

refusals() {
  "$evsim" can dump socketcan://can7 2>got.txt; echo $? >>got.txt
  "$evsim" can dump socketcan://lo 2>>got.txt; echo $? >>got.txt
  "$evsim" can dump socketcan://can0 2>>got.txt; echo $? >>got.txt
  ip link set vcan1 down && ip link set vcan1 mtu 16 && ip link set vcan1 up
  "$evsim" can dump 'socketcan://vcan1?fd=on' 2>>got.txt; echo $? >>got.txt
  "$evsim" can send socketcan://vcan1 123##100 2>>got.txt; echo $? >>got.txt
  cat >expected.txt <<'TEXT'
socketcan://can7: no such interface; `ip link` lists those there are
4
socketcan://lo: is no CAN interface
4
socketcan://can0: the interface is down; try `sudo ip link set can0 up`, with `type can bitrate 500000` for one of a controller
4
socketcan://vcan1: the interface has no CAN FD; try `sudo ip link set vcan1 mtu 72`, or `type can ... fd on` for one of a controller
4
evsim can: socketcan://vcan1: CAN FD is off here
2
TEXT
  same expected.txt got.txt
}
check "what can't be opened or sent says why" refusals

# An interface goes down under a program and comes back.
down_and_up() {
  "$evsim" can dump socketcan://vcan1 --count 2 --seconds 60 >dump.txt 2>words.txt &
  listening 1 all vcan1
  cansend vcan1 001#01
  sleep 0.3
  ip link set vcan1 down
  sleep 0.3
  ip link set vcan1 up
  cansend vcan1 002#02
  wait $! || return 1
  frames dump.txt >got.txt
  printf 'vcan1 001#01\nvcan1 002#02\n' >expected.txt
  grep -q 'socketcan://vcan1: Network is down' words.txt && same expected.txt got.txt
}
check "an interface that goes down and comes back" down_and_up

# ---- A real driver: two SJA1000 of kvaser_pci on one bus --------------------------------------

ip link set can0 up type can bitrate 500000
ip link set can1 up type can bitrate 500000
# Data frames only: after a remote frame with a length this qemu's controller reads all that follows wrongly, with cansend and
# candump alone as well.
check "kvaser_pci" "$peer" exchange socketcan://can0 socketcan://can1 500 data

# ---- The kernel's driver of serial adapters ---------------------------------------------------

# attach PATH: slcan0 at the adapter that a program serves there; prints the process.
attach() {
  for _ in $(seq 200); do [ -L "$1" ] && break; sleep 0.05; done
  slcand -F -o -c -s6 "$(readlink "$1")" slcan0 >slcand.txt 2>&1 &
  slcand=$!
  for _ in $(seq 200); do ip link set slcan0 up 2>ip.txt && return; sleep 0.05; done
}
detach() {
  kill $slcand
  wait $slcand 2>wait.txt
}
kernel_slcan() {
  "$peer" exchange slcan-pty:///tmp/adapter socketcan://slcan0 10000 &
  exchange=$!
  attach /tmp/adapter
  wait $exchange
  code=$?
  detach
  return $code
}
check "the kernel's slcan" kernel_slcan

bus_off() {
  "$peer" bus_off /tmp/adapter slcan0 &
  model=$!
  attach /tmp/adapter
  wait $model
  code=$?
  detach
  return $code
}
check "bus-off" bus_off

exit $failed
