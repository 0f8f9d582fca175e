/** ping, traceroute and arping on a small internetwork, their outputs whole. */
import { WEXITSTATUS } from "netloom";
import { expect, test } from "vitest";
import { smallNet } from "./support/shell.ts";

test("ping: answers, names and statistics", async () => {
  const { shell, alice } = smallNet();
  expect(await shell(alice, "ping -4 -c 2 bob; echo $?")).toMatchInlineSnapshot(`
    "PING bob (10.0.0.2) 56(84) bytes of data.
    64 bytes from bob (10.0.0.2): icmp_seq=1 ttl=64 time=0.026 ms
    64 bytes from bob (10.0.0.2): icmp_seq=2 ttl=64 time=0.013 ms

    --- bob ping statistics ---
    2 packets transmitted, 2 received, 0% packet loss, time 1000ms
    rtt min/avg/max/mdev = 0.013/0.019/0.026/0.006 ms
    0
    "
  `);
  expect(await shell(alice, "ping -c 1 -n carol; ping -q -s 1000 -i 0.2 -c 3 10.1.0.9")).toMatchInlineSnapshot(`
    "PING carol (2001:db8:1::9) 56 data bytes
    64 bytes from 2001:db8:1::9: icmp_seq=1 ttl=63 time=0.053 ms

    --- carol ping statistics ---
    1 packets transmitted, 1 received, 0% packet loss, time 0ms
    rtt min/avg/max/mdev = 0.053/0.053/0.053/0.000 ms
    PING 10.1.0.9 (10.1.0.9) 1000(1028) bytes of data.

    --- 10.1.0.9 ping statistics ---
    3 packets transmitted, 3 received, 0% packet loss, time 400ms
    rtt min/avg/max/mdev = 0.086/0.093/0.109/0.010 ms
    "
  `);
});

test("ping: nobody there, no way, hops used up, no such name, no right", async () => {
  const { shell, alice, carol } = smallNet();
  expect(await shell(alice, "ping -c 1 10.0.0.77; echo $?")).toMatchInlineSnapshot(`
    "PING 10.0.0.77 (10.0.0.77) 56(84) bytes of data.
    From 10.0.0.1 icmp_seq=1 Destination Host Unreachable

    --- 10.0.0.77 ping statistics ---
    1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 3000ms
    1
    "
  `);
  expect(await shell(alice, "ping -c 1 2001:db8::77; echo $?")).toMatchInlineSnapshot(`
    "PING 2001:db8::77 (2001:db8::77) 56 data bytes
    From 2001:db8::1 icmp_seq=1 Destination unreachable: Address unreachable

    --- 2001:db8::77 ping statistics ---
    1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 3000ms
    1
    "
  `);
  expect(await shell(alice, "ping -4 -c 1 -t 1 carol; ping -6 -c 1 -t 1 carol")).toMatchInlineSnapshot(`
    "PING carol (10.1.0.9) 56(84) bytes of data.
    From gw (10.0.0.254) icmp_seq=1 Time to live exceeded

    --- carol ping statistics ---
    1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms
    PING carol (2001:db8:1::9) 56 data bytes
    From gw (2001:db8::fe) icmp_seq=1 Time exceeded: Hop limit

    --- carol ping statistics ---
    1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms
    "
  `);
  expect(
    await shell(alice, "ping nobody; echo $?; ping -4 -6 bob; echo $?; ping 10.0.0.255; echo $?"),
  ).toMatchInlineSnapshot(`
    "ping: nobody: Name or service not known
    2
    ping: -4 or -6, not both
    usage: ping [-46bnq] [-c COUNT] [-i SECONDS] [-s BYTES] [-t TTL] [-W SECONDS] [-w SECONDS] HOST
    2
    ping: Do you want to ping broadcast? Then -b.
    2
    "
  `);
  expect(await shell(carol, "ip route flush proto static; ping -c 1 10.0.0.1; echo $?")).toMatchInlineSnapshot(`
    "ping: connect: Network is unreachable
    2
    "
  `);
  expect(await shell(alice, "ping -c 1 bob; echo $?", 1000)).toMatchInlineSnapshot(`
    "ping: socket: Operation not permitted
    2
    "
  `);
});

test("ping: Ctrl-C gives the statistics, -w an end, -b everybody", async () => {
  const { shell, alice } = smallNet();
  expect(
    await shell(alice, "ping -4 bob > out & sleep 2.5; kill -INT $!; wait $!; echo $?; cat out"),
  ).toMatchInlineSnapshot(`
    "0
    PING bob (10.0.0.2) 56(84) bytes of data.
    64 bytes from bob (10.0.0.2): icmp_seq=1 ttl=64 time=0.026 ms
    64 bytes from bob (10.0.0.2): icmp_seq=2 ttl=64 time=0.013 ms
    64 bytes from bob (10.0.0.2): icmp_seq=3 ttl=64 time=0.013 ms

    --- bob ping statistics ---
    3 packets transmitted, 3 received, 0% packet loss, time 2500ms
    rtt min/avg/max/mdev = 0.013/0.017/0.026/0.006 ms
    "
  `);
  expect(await shell(alice, "ping -b -c 1 -w 1 10.0.0.255; ping -w 2 10.0.0.2 | tail -n 3")).toMatchInlineSnapshot(`
    "PING 10.0.0.255 (10.0.0.255) 56(84) bytes of data.

    --- 10.0.0.255 ping statistics ---
    1 packets transmitted, 0 received, 100% packet loss, time 1000ms
    --- 10.0.0.2 ping statistics ---
    2 packets transmitted, 2 received, 0% packet loss, time 2000ms
    rtt min/avg/max/mdev = 0.013/0.013/0.013/0.000 ms
    "
  `);
});

test("ping: spawned in a scenario by its path, and interrupted", async () => {
  const { world, alice } = smallNet();
  const pinging = alice.spawn("ping", "/bin/ping", { args: ["-4", "bob"] });
  await world.run({ until: "3500ms" });
  pinging.kill("SIGINT");
  await world.run();
  expect(WEXITSTATUS(pinging.status)).toBe(0);
});

test("traceroute: UDP, also for who is not root; ICMP; both families; what does not answer", async () => {
  const { shell, alice } = smallNet();
  expect(await shell(alice, "traceroute -4 carol", 1000)).toMatchInlineSnapshot(`
    "traceroute to carol (10.1.0.9), 30 hops max, 60 byte packets
     1  gw (10.0.0.254)  0.026 ms  0.013 ms  0.013 ms
     2  carol (10.1.0.9)  0.037 ms  0.026 ms  0.026 ms
    "
  `);
  expect(
    await shell(alice, "traceroute -n -q 1 2001:db8:1::9; sleep 9; traceroute -I -n -q 1 10.1.0.9"),
  ).toMatchInlineSnapshot(`
    "traceroute to 2001:db8:1::9 (2001:db8:1::9), 30 hops max, 80 byte packets
     1  2001:db8::fe  0.027 ms
     2  2001:db8:1::9  0.040 ms
    traceroute to 10.1.0.9 (10.1.0.9), 30 hops max, 60 byte packets
     1  10.0.0.254  0.013 ms
     2  10.1.0.9  0.025 ms
    "
  `);
  expect(
    await shell(alice, "traceroute -n -m 2 -q 2 -w 1 10.1.0.200; traceroute -n -q 1 10.0.0.77"),
  ).toMatchInlineSnapshot(`
    "traceroute to 10.1.0.200 (10.1.0.200), 2 hops max, 60 byte packets
     1  10.0.0.254  0.013 ms  0.013 ms
     2  * *
    traceroute to 10.0.0.77 (10.0.0.77), 30 hops max, 60 byte packets
     1  10.0.0.1  3000.000 ms !H
    "
  `);
  expect(await shell(alice, "traceroute -I bob; echo $?", 1000)).toMatchInlineSnapshot(`
    "traceroute to bob (2001:db8::2), 30 hops max, 80 byte packets
    traceroute: socket: Operation not permitted
    1
    "
  `);
});

test("traceroute: letters of routers that refuse", async () => {
  const { shell, alice, gw } = smallNet();
  gw.route("10.2.0.0/16", { kind: "unreachable" });
  gw.route("10.3.0.0/16", { kind: "prohibit" });
  expect(
    await shell(alice, "for a in 10.2.0.1 10.3.0.1 10.4.0.1; do traceroute -q 1 -n $a; sleep 5; done"),
  ).toMatchInlineSnapshot(`
    "traceroute to 10.2.0.1 (10.2.0.1), 30 hops max, 60 byte packets
     1  10.0.0.254  0.026 ms !H
    traceroute to 10.3.0.1 (10.3.0.1), 30 hops max, 60 byte packets
     1  10.0.0.254  0.013 ms !X
    traceroute to 10.4.0.1 (10.4.0.1), 30 hops max, 60 byte packets
     1  10.0.0.254  0.013 ms !N
    "
  `);
});

test("arping: who has an address, and whether it is taken", async () => {
  const { shell, alice } = smallNet();
  expect(await shell(alice, "arping -c 2 -I eth0 bob; echo $?; arping -f 10.0.0.2; echo $?")).toMatchInlineSnapshot(`
    "ARPING 10.0.0.2 from 10.0.0.1 eth0
    Unicast reply from 10.0.0.2 [02:00:00:00:00:02]  0.013ms
    Unicast reply from 10.0.0.2 [02:00:00:00:00:02]  0.011ms
    Sent 2 probes (1 broadcast(s))
    Received 2 response(s)
    0
    ARPING 10.0.0.2 from 10.0.0.1 eth0
    Unicast reply from 10.0.0.2 [02:00:00:00:00:02]  0.011ms
    Sent 1 probes (1 broadcast(s))
    Received 1 response(s)
    0
    "
  `);
  expect(
    await shell(alice, "arping -D -c 1 10.0.0.2; echo $?; arping -D -q -c 1 10.0.0.9; echo $?"),
  ).toMatchInlineSnapshot(`
    "ARPING 10.0.0.2 from 0.0.0.0 eth0
    Unicast reply from 10.0.0.2 [02:00:00:00:00:02]  0.011ms
    Sent 1 probes (1 broadcast(s))
    Received 1 response(s)
    1
    0
    "
  `);
  expect(
    await shell(alice, "arping -c 1 10.0.0.9; echo $?; arping -I lo 127.0.0.1; arping -c 1 9.9.9.9; echo $?"),
  ).toMatchInlineSnapshot(`
    "ARPING 10.0.0.9 from 10.0.0.1 eth0
    Sent 1 probes (1 broadcast(s))
    Received 0 response(s)
    1
    arping: Interface "lo" is not ARPable
    arping: Suitable device could not be determined. Please, use option -I.
    2
    "
  `);
});
