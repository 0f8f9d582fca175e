/** ip, route, arp, ifconfig and sysctl: what they show, what they change, and what the kernel refuses. */
import { AF_NETLINK, NETLINK_ROUTE, RTM_GETROUTE, RTM_NEWADDR, RTM_NEWROUTE, RTM_SETLINK, SOCK_RAW } from "netloom";
import { describe, expect, test } from "vitest";
import { smallNet } from "./support/shell.ts";

describe("ip", () => {
  test("shows interfaces, addresses, routes and neighbours", async () => {
    const { shell, alice } = smallNet();
    expect(await shell(alice, "ip link show eth0; ip -4 address; ip -6 addr show dev eth0")).toMatchInlineSnapshot(`
      "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo state UP
          link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
      1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc pfifo state UNKNOWN
          link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
          inet 127.0.0.1/8 scope host lo
             valid_lft forever preferred_lft forever
      2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo state UP
          link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
          inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0
             valid_lft forever preferred_lft forever
      2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo state UP
          link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
          inet6 fe80::ff:fe00:1/64 scope link tentative
             valid_lft forever preferred_lft forever
          inet6 2001:db8::1/64 scope global
             valid_lft forever preferred_lft forever
      "
    `);
    expect(
      await shell(alice, "ip route; ip -6 r; ip route get 10.1.0.9; ip route get 10.0.0.1"),
    ).toMatchInlineSnapshot(`
      "default via 10.0.0.254 dev eth0 proto static
      10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1
      default via 2001:db8::fe dev eth0 proto static metric 1024
      2001:db8::/64 dev eth0 proto kernel metric 256
      fe80::/64 dev eth0 proto kernel metric 256
      10.1.0.9 via 10.0.0.254 dev eth0 src 10.0.0.1 uid 0
          cache
      local 10.0.0.1 dev lo src 10.0.0.1 uid 0
          cache <local>
      "
    `);
    expect(
      await shell(alice, "ping -q -c 1 10.0.0.2 > out; ping -q -c 1 10.0.0.77 > out; ip neigh; ip -s link show lo"),
    ).toMatchInlineSnapshot(`
      "10.0.0.2 dev eth0 lladdr 02:00:00:00:00:02 REACHABLE
      10.0.0.77 dev eth0 FAILED
      1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc pfifo state UNKNOWN
          link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
          RX:  bytes packets errors dropped mcast
                 112       1      0       0     0
          TX:  bytes packets errors dropped
                 112       1      0       0
      "
    `);
  });

  test("changes routes", async () => {
    const { shell, alice } = smallNet();
    expect(
      await shell(
        alice,
        `ip route add 10.6.0.0/16 via 10.0.0.2; ip route add 10.6.0.0/16 via 10.0.0.3; echo $?
         ip route replace 10.6.0.0/16 via 10.0.0.3; ip route show 10.6.0.0/16
         ip route replace 10.6.0.0/16 via 9.9.9.9; echo $?; ip route show 10.6.0.0/16
         ip route add 10.7.0.0/16 dev eth0 metric 5; ip route add unreachable 10.8.0.0/16; ip route add blackhole 2001:db8:9::/48
         ip route; ip -6 route show 2001:db8:9::/48; ip route del 10.7.0.0/16; ip route del 10.7.0.0/16; echo $?
         ip route flush proto static; ip route`,
      ),
    ).toMatchInlineSnapshot(`
      "RTNETLINK answers: File exists
      2
      10.6.0.0/16 via 10.0.0.3 dev eth0 proto static
      RTNETLINK answers: Network is unreachable
      2
      10.6.0.0/16 via 10.0.0.3 dev eth0 proto static
      default via 10.0.0.254 dev eth0 proto static
      10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1
      10.6.0.0/16 via 10.0.0.3 dev eth0 proto static
      10.7.0.0/16 dev eth0 proto static scope link metric 5
      unreachable 10.8.0.0/16 proto static
      blackhole 2001:db8:9::/48 proto static metric 1024
      RTNETLINK answers: No such process
      2
      10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1
      "
    `);
  });

  test("changes addresses, interfaces and neighbours", async () => {
    const { shell, alice } = smallNet();
    expect(
      await shell(
        alice,
        `ip addr add 10.5.0.1/24 dev eth0; ip addr add 10.5.0.1/24 dev eth0; echo $?; ip -4 addr show eth0
         ip addr del 10.5.0.1/24 dev eth0; ip addr del 10.5.0.1/24 dev eth0; echo $?
         ip link set eth0 mtu 1400; ip link set eth0 mtu 60; ip link set dev eth0 down; ip link show eth0; ip route; ip link set eth0 up
         ip neigh add 10.0.0.50 lladdr 02:00:00:00:00:99 dev eth0; ip neigh add 10.0.0.50 lladdr 02:00:00:00:00:98 dev eth0; echo $?
         ip neigh replace 10.0.0.51 lladdr 02:00:00:00:00:97 dev eth0 nud stale; ip neigh; ip neigh flush dev eth0; ip neigh
         ip neigh del 10.0.0.50 dev eth0; ip neigh del 10.0.0.50 dev eth0; echo $?; ip addr flush dev eth0; ip addr show eth0`,
      ),
    ).toMatchInlineSnapshot(`
      "RTNETLINK answers: File exists
      2
      2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo state UP
          link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
          inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0
             valid_lft forever preferred_lft forever
          inet 10.5.0.1/24 brd 10.5.0.255 scope global eth0
             valid_lft forever preferred_lft forever
      RTNETLINK answers: Cannot assign requested address
      2
      RTNETLINK answers: Invalid argument
      2: eth0: <BROADCAST,MULTICAST> mtu 1400 qdisc pfifo state DOWN
          link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
      RTNETLINK answers: File exists
      2
      10.0.0.50 dev eth0 lladdr 02:00:00:00:00:99 PERMANENT
      10.0.0.51 dev eth0 lladdr 02:00:00:00:00:97 STALE
      10.0.0.50 dev eth0 lladdr 02:00:00:00:00:99 PERMANENT
      RTNETLINK answers: No such file or directory
      2
      2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc pfifo state UP
          link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
      "
    `);
  });

  test("says what is wrong, and changes nothing for who is not root", async () => {
    const { shell, alice } = smallNet();
    expect(
      await shell(
        alice,
        "ip; ip foo; ip addr foo; ip link set eth9 up; ip link show eth9; ip route add x; ip addr add 10.5.0.1/24; ip route get x",
      ),
    ).toMatchInlineSnapshot(`
      "which object? "ip --help" tells
      Object "foo" is unknown, try "ip --help".
      Command "foo" is unknown, try "ip --help".
      Cannot find device "eth9"
      Device "eth9" does not exist.
      Error: any valid prefix is expected rather than "x".
      Not enough information: "dev" argument is required.
      Error: any valid address is expected rather than "x".
      "
    `);
    expect(
      await shell(alice, "ip link set eth0 down; echo $?; ip route add 10.6.0.0/16 via 10.0.0.2; ip r | wc -l", 1000),
    ).toMatchInlineSnapshot(`
      "RTNETLINK answers: Operation not permitted
      2
      RTNETLINK answers: Operation not permitted
      2
      "
    `);
  });
});

test("a permanent neighbour is used, and is not changed by what arrives", async () => {
  const { shell, alice, bob } = smallNet();
  const script = `ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:77 dev eth0; ping -q -c 1 -W 1 10.0.0.2 | grep loss; ip neigh show 10.0.0.2`;
  expect(await shell(alice, script)).toMatchInlineSnapshot(`
    "1 packets transmitted, 0 received, 100% packet loss, time 1000ms
    10.0.0.2 dev eth0 lladdr 02:00:00:00:00:77 PERMANENT
    "
  `);
  await shell(bob, "ping -q -c 1 -W 1 10.0.0.1 > out");
  expect(
    await shell(alice, "ip neigh show 10.0.0.2; ip neigh del 10.0.0.2 dev eth0; ping -q -c 1 10.0.0.2 | grep loss"),
  ).toMatchInlineSnapshot(`
    "10.0.0.2 dev eth0 lladdr 02:00:00:00:00:77 PERMANENT
    1 packets transmitted, 1 received, 0% packet loss, time 0ms
    "
  `);
});

test("the older programs", async () => {
  const { shell, alice } = smallNet();
  expect(
    await shell(
      alice,
      `route add -net 10.9.0.0 netmask 255.255.0.0 gw 10.0.0.2; route add -host 10.2.0.1 gw bob; route add -net 10.3.0.0/16 reject
       route -n; route -6 -n; route del default; route del default; route -n | wc -l`,
    ),
  ).toMatchInlineSnapshot(`
    "Kernel IP routing table
    Destination  Gateway     Genmask          Flags  Metric  Ref  Use  Iface
    0.0.0.0      10.0.0.254  0.0.0.0          UG     0       0    0    eth0
    10.0.0.0     0.0.0.0     255.255.255.0    U      0       0    0    eth0
    10.2.0.1     10.0.0.2    255.255.255.255  UGH    0       0    0    eth0
    10.3.0.0     -           255.255.0.0      !      0       0    0    -
    10.9.0.0     10.0.0.2    255.255.0.0      UG     0       0    0    eth0
    Kernel IPv6 routing table
    Destination   Next Hop     Flag  Met Iface
    [::]/0        2001:db8::fe UG   1024 eth0
    2001:db8::/64 [::]         U     256 eth0
    fe80::/64     [::]         U     256 eth0
    route: No such process
    6
    "
  `);
  expect(
    await shell(
      alice,
      "ping -q -c 1 10.0.0.2 > out; arp; arp -s 10.0.0.9 02:00:00:00:00:09; arp -n; arp -d bob; arp -n bob; arp -n 10.0.0.9",
    ),
  ).toMatchInlineSnapshot(`
    "Address                  HWtype HWaddress           Flags Mask            Iface
    bob                      ether  02:00:00:00:00:02   C                     eth0
    Address                  HWtype HWaddress           Flags Mask            Iface
    10.0.0.2                 ether  02:00:00:00:00:02   C                     eth0
    10.0.0.9                 ether  02:00:00:00:00:09   CM                    eth0
    arp: bob (10.0.0.2) -- no entry
    Address                  HWtype HWaddress           Flags Mask            Iface
    10.0.0.9                 ether  02:00:00:00:00:09   CM                    eth0
    "
  `);
  expect(
    await shell(
      alice,
      "ifconfig eth0 10.8.0.1 netmask 255.255.0.0 mtu 1400 up; ifconfig eth0 | head -n 6; ifconfig eth7",
    ),
  ).toMatchInlineSnapshot(`
    "eth0: flags=<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1400
            inet6 fe80::ff:fe00:1  prefixlen 64  scopeid <link>
            inet6 2001:db8::1  prefixlen 64  scopeid <global>
            inet 10.8.0.1  netmask 255.255.0.0  broadcast 10.8.255.255
            ether 02:00:00:00:00:01  (Ethernet)
            RX packets 6  bytes 500
    ifconfig: eth7: error fetching interface information: Device not found
    "
  `);
});

test("sysctl", async () => {
  const { shell, alice } = smallNet();
  expect(
    await shell(
      alice,
      `sysctl net.ipv4.ip_forward; sysctl -w net.ipv4.ip_forward=1; sysctl -n net.ipv4.ip_forward; sysctl nope; echo $?
       sysctl net.ipv4.ip_forward=x; sysctl -a | head -n 1; sysctl -a | grep ip_forward`,
    ),
  ).toMatchInlineSnapshot(`
    "net.ipv4.ip_forward = 0
    net.ipv4.ip_forward = 1
    1
    sysctl: cannot stat /proc/sys/nope: No such file or directory
    1
    sysctl: setting key "net.ipv4.ip_forward": Invalid argument
    net.core.rmem_default = 212992
    net.ipv4.ip_forward = 1
    "
  `);
  expect(await shell(alice, "sysctl -w net.ipv4.ip_forward=0; echo $?", 1000)).toMatchInlineSnapshot(`
    "sysctl: setting key "net.ipv4.ip_forward": Permission denied
    1
    "
  `);
});

test("netlink: records in, records out, and Linux's errors", async () => {
  const { alice, world } = smallNet();
  const said: unknown[] = [];
  const attempt = (work: () => unknown): void => {
    try {
      said.push(work());
    } catch (error) {
      said.push((error as { code: string }).code);
    }
  };
  alice.spawn("program", (sys) => {
    const s = sys.socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    attempt(() => sys.ioctl(s, RTM_NEWROUTE, { to: "10.6.0.0/16", via: "10.0.0.2", metric: 3 }));
    attempt(() => sys.ioctl(s, RTM_GETROUTE).filter(({ metric }) => metric === 3));
    for (const record of [
      undefined,
      7,
      {},
      { to: 7 },
      { to: "x" },
      { to: "10.0.0.0/8", dev: "eth9" },
      { to: "10.6.0.0/16", via: "10.0.0.9", metric: 3 },
    ]) {
      attempt(() => sys.ioctl(s, RTM_NEWROUTE, record as object));
    }
    attempt(() => sys.ioctl(s, RTM_NEWADDR, { dev: "eth0", address: Symbol("x") }));
    attempt(() => sys.ioctl(s, RTM_SETLINK, { dev: "eth0", mtu: "many" }));
    attempt(() => sys.ioctl(s, 9999, {}));
    attempt(() => sys.socket(AF_NETLINK, SOCK_RAW, 99));
    sys.setuid(1000);
    attempt(() => sys.ioctl(s, RTM_SETLINK, { dev: "eth0", up: false }));
    attempt(() => sys.ioctl(s, RTM_GETROUTE).length > 0);
  });
  await world.run();
  expect(said).toEqual([
    0,
    [expect.objectContaining({ destination: "10.6.0.0/16", gateway: "10.0.0.2", interface: "eth0", kind: "unicast" })],
    "EFAULT",
    "EFAULT",
    "EINVAL",
    "EINVAL",
    "EINVAL",
    "ENODEV",
    "EEXIST",
    "EINVAL",
    "EINVAL",
    "ENOTTY",
    "EPROTONOSUPPORT",
    "EPERM",
    true,
  ]);
});
