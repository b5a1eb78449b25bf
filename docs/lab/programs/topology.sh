#!/bin/sh
# Two hosts on one machine, joined by a cable, as root: sh topology.sh up, sh topology.sh down
set -eu

case "${1:-}" in
up)
    ip netns add alice
    ip netns add bob
    ip link add cable-a netns alice type veth peer name cable-b netns bob
    ip -n alice address add 192.0.2.1/24 dev cable-a
    ip -n bob address add 192.0.2.2/24 dev cable-b
    ip -n alice link set cable-a up
    ip -n bob link set cable-b up
    ;;
down)
    ip netns delete alice
    ip netns delete bob
    ;;
*)
    echo "usage: sh topology.sh up|down" >&2
    exit 2
    ;;
esac
