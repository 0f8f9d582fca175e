#!/bin/sh
# The first process of user-mode Linux: one transfer between two network namespaces, with netem on both ends of the pair of devices in
# between. uml.ts starts it, with NODE, PEER, NETEM, POUR and FOLDER from the kernel's command line; the root is that of the machine, read only.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmpfs /run
netem=$(echo "$NETEM" | tr _ ' ')
pour=$(echo "$POUR" | tr _ ' ')
{
  "$NODE" "$FOLDER/uml-modules.mjs" sch_netem veth tcp_bbr
  ip link set lo up
  ip netns add far
  ip link add near type veth peer name far
  ip link set far netns far
  ip address add 10.9.0.1/24 dev near
  ip -n far address add 10.9.0.2/24 dev far
  # Faults are for packets, and not for what would be cut into packets later.
  ip link set near gso_max_segs 1 up
  ip -n far link set far gso_max_segs 1 up
  tc qdisc add dev near root netem $netem
  tc -n far qdisc add dev far root netem $netem
  sysctl -qw net.ipv4.tcp_rmem='4096 131072 6291456' net.ipv4.tcp_wmem='4096 16384 4194304'
  ip netns exec far sysctl -qw net.ipv4.tcp_rmem='4096 131072 6291456' net.ipv4.tcp_wmem='4096 16384 4194304'
  ip netns exec far "$NODE" "$PEER" meter 10.9.0.2 5001 >/run/got &
  until grep -q ready /run/got; do sleep 0.1; done
  "$NODE" "$PEER" pour 10.9.0.2 5001 "$pour" >/run/sent
  until grep -q bytes /run/got; do sleep 0.1; done
} 2>&1
echo "sent $(cat /run/sent)"
echo "got $(tail -n 1 /run/got)"
echo o >/proc/sysrq-trigger
sleep 10
