/** nc, inetd and its services, netstat and ss, host and getent. */
import { describe, expect, test } from "vitest";
import { chargenLine } from "../src/world/programs/net/services.ts";
import { smallNet } from "./support/shell.ts";

/** The net with the small services on bob. */
function withServices() {
  const net = smallNet();
  net.bob.spawn("inetd", "/bin/inetd", { daemon: true });
  return net;
}

describe("inetd", () => {
  test("echo, discard, daytime, chargen and time by TCP", async () => {
    const { shell, alice } = withServices();
    expect(
      await shell(
        alice,
        "echo hello | nc -N bob echo; echo x | nc -N bob discard; nc -d bob daytime; nc -d -4 bob time | wc -c",
      ),
    ).toMatchInlineSnapshot(`
      "hello
      Thu Jan  1 00:00:00 UTC 2026
      4
      "
    `);
    expect(await shell(alice, "nc -d bob chargen | head -n 3")).toBe(
      [0, 1, 2].map((turn) => chargenLine(turn)).join(""),
    );
  });

  test("and by UDP, over both families", async () => {
    const { shell, alice } = withServices();
    expect(
      await shell(
        alice,
        "for p in echo discard daytime chargen; do echo $p | nc -u -w 1 -4 bob $p; echo $p | nc -u -w 1 -6 bob $p; done",
      ),
    ).toMatchInlineSnapshot(`
      "echo
      echo
      Thu Jan  1 00:00:04 UTC 2026
      Thu Jan  1 00:00:05 UTC 2026
       !"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_\`abcdefg
      !"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_\`abcdefgh
      "
    `);
  });

  test("time is four bytes, seconds since 1900", async () => {
    const { world, alice } = withServices();
    const answers: number[] = [];
    for (const [type, address] of [
      [1, "10.0.0.2"],
      [2, "2001:db8::2"],
    ] as const) {
      alice.spawn("client", async (sys) => {
        const s = sys.socket(address.includes(":") ? 10 : 2, type);
        await sys.connect(s, { address, port: 37 });
        if (type === 2) await sys.send(s, "");
        const bytes = new Uint8Array(8);
        expect(await sys.read(s, bytes)).toBe(4);
        answers.push(new DataView(bytes.buffer).getUint32(0) - sys.clockGettime("CLOCK_REALTIME").seconds);
      });
    }
    await world.run();
    // RFC 868: 2,208,988,800 corresponds to 00:00 on 1 January 1970.
    expect(answers).toEqual([2_208_988_800, 2_208_988_800]);
  });

  test("a chargen line has 72 characters, and the pattern begins again after 95", () => {
    expect(chargenLine(0)).toHaveLength(74);
    expect(chargenLine(95)).toBe(chargenLine(0));
    expect(chargenLine(94).slice(0, 2)).toBe("~ ");
  });

  test("systat, netstat and finger tell of the host; unknown ones and ports in use are refused", async () => {
    const { shell, alice, bob } = withServices();
    bob.spawn("inetd", "/bin/inetd", { args: ["systat", "netstat", "finger"], daemon: true });
    expect(
      await shell(
        alice,
        "nc -d bob systat; echo | nc bob finger; echo nobody | nc bob finger; nc -d bob netstat | grep -c LISTEN",
      ),
    ).toMatchInlineSnapshot(`
      "UID  PID PPID PGID SID S TTY CMD
      root   1    0    1   1 S ?   [init]
      root   2    1    2   1 S ?   inetd
      root   3    1    3   1 S ?   inetd systat netstat finger
      root   4    3    3   1 R ?   ps -e -f
      UID  PID PPID PGID SID S TTY CMD
      root   1    0    1   1 S ?   [init]
      root   2    1    2   1 S ?   inetd
      root   3    1    3   1 S ?   inetd systat netstat finger
      root   5    3    3   1 R ?   ps -e -f
      finger: nobody: no such user.
      8
      "
    `);
    expect(await shell(bob, "inetd -t gopherd; echo $?; inetd -t echo; echo $?")).toMatchInlineSnapshot(`
      "inetd: there is no service "gopherd"
      usage: inetd [-t | -u] [SERVICE]...
      2
      inetd: echo/tcp: bind: Address already in use
      1
      "
    `);
  });

  test("two of them that are made to talk to each other fall silent", async () => {
    const { world, bob, carol, alice } = withServices();
    carol.spawn("inetd", "/bin/inetd", { daemon: true });
    alice.spawn("forger", async (sys) => {
      const raw = sys.socket(2, 3, 255);
      // From carol's echo to bob's echo: 20 bytes of IP with a source of our choice, 8 of UDP without a checksum.
      const packet = Uint8Array.from([
        0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 10, 1, 0, 9, 10, 0, 0, 2, 0, 7, 0, 7, 0, 8, 0, 0,
      ]);
      await sys.sendto(raw, packet, { address: "10.0.0.2", port: 0 });
    });
    await world.run();
    expect(bob.netstat().counters.Udp6InDatagrams ?? bob.netstat().counters.UdpInDatagrams).toBe(1);
    expect(carol.netstat().counters.UdpInDatagrams ?? 0).toBe(0);
  });
});

describe("nc", () => {
  test("listens, answers, and ends with the connection", async () => {
    const { shell, alice, bob } = smallNet();
    bob.spawn("sh", "/bin/sh", {
      args: ["-c", "echo answer | nc -l -N -v 4000 > /tmp/got 2>&1"],
      env: { PATH: "/bin" },
    });
    expect(await shell(alice, "sleep 1; echo question | nc -v bob 4000; echo $?")).toMatchInlineSnapshot(`
      "nc: connect to bob (2001:db8::2) port 4000 (tcp) failed: Connection refused
      Connection to bob (10.0.0.2) 4000 port [tcp/*] succeeded!
      answer
      0
      "
    `);
    expect(await shell(bob, "cat /tmp/got")).toMatchInlineSnapshot(`
      "Connection received on alice 39800
      question
      "
    `);
  });

  test("datagrams, Unix-domain sockets, a file over the net", async () => {
    const { shell, alice, bob } = smallNet();
    bob.spawn("sh", "/bin/sh", { args: ["-c", "nc -u -l -w 3 4000 > /tmp/udp"], env: { PATH: "/bin" } });
    bob.spawn("sh", "/bin/sh", { args: ["-c", "nc -l -d 4001 > /tmp/file"], env: { PATH: "/bin" } });
    expect(
      await shell(alice, "sleep 1; echo datagram | nc -u -w 1 -4 bob 4000; seq 20000 | nc -N bob 4001; echo $?"),
    ).toMatchInlineSnapshot(`
      "0
      "
    `);
    expect(await shell(bob, "cat /tmp/udp; wc /tmp/file")).toMatchInlineSnapshot(`
      "datagram
        20000  20000 108894 /tmp/file
      "
    `);
    expect(
      await shell(
        alice,
        "nc -l -U /tmp/s > got & sleep 1; echo local | nc -N -U /tmp/s; wait; cat got; nc -U /tmp/none; echo $?",
      ),
    ).toMatchInlineSnapshot(`
      "local
      nc: /tmp/none: No such file or directory
      1
      "
    `);
  });

  test("looks for listeners, and says why it can't", async () => {
    const { shell, alice } = withServices();
    expect(
      await shell(alice, "nc -z -v -4 bob 7-10; echo $?; nc -z -u -v 10.0.0.2 8-9; echo $?"),
    ).toMatchInlineSnapshot(`
      "Connection to bob (10.0.0.2) 7 port [tcp/echo] succeeded!
      nc: connect to bob (10.0.0.2) port 8 (tcp) failed: Connection refused
      Connection to bob (10.0.0.2) 9 port [tcp/discard] succeeded!
      nc: connect to bob (10.0.0.2) port 10 (tcp) failed: Connection refused
      0
      nc: connect to 10.0.0.2 port 8 (udp) failed: Connection refused
      Connection to 10.0.0.2 9 port [udp/discard] succeeded!
      0
      "
    `);
    expect(
      await shell(
        alice,
        "nc 10.0.0.2 5000; echo $?; nc -w 2 10.0.0.77 7; echo $?; nc nobody 7; nc bob nothing; nc -w 1 9.9.9.9 7; nc; echo $?",
      ),
    ).toMatchInlineSnapshot(`
      "nc: connect to 10.0.0.2 port 5000 (tcp) failed: Connection refused
      1
      nc: connect to 10.0.0.77 port 7 (tcp) failed: Connection timed out
      1
      nc: nobody: Name or service not known
      nc: bob: Service not available for this socket type
      nc: connect to 9.9.9.9 port 7 (tcp) failed: Network is unreachable
      nc: which host and port?
      usage: nc [-46dklNnUuvz] [-p PORT] [-s SOURCE] [-w SECONDS] [HOST] PORT[-PORT] | [-l] -U PATH
      2
      "
    `);
  });
});

test("netstat and ss show sockets, whose they are, and what TCP knows", async () => {
  const { shell, alice, bob } = withServices();
  alice.spawn("nc", "/bin/nc", { args: ["-d", "-4", "bob", "echo"], daemon: true });
  bob.spawn("nc", "/bin/nc", { args: ["-l", "-U", "/tmp/s"], daemon: true });
  expect(await shell(bob, "sleep 1; netstat -antp; netstat -ul; netstat -lx; netstat -tn")).toMatchInlineSnapshot(`
    "Active Internet connections (servers and established)
    Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
    tcp6       0    128 :::7                    :::*                    LISTEN      2/inetd
    tcp6       0    128 :::9                    :::*                    LISTEN      2/inetd
    tcp6       0    128 :::13                   :::*                    LISTEN      2/inetd
    tcp6       0    128 :::19                   :::*                    LISTEN      2/inetd
    tcp6       0    128 :::37                   :::*                    LISTEN      2/inetd
    tcp6       0      0 10.0.0.2:7              10.0.0.1:55506          ESTABLISHED 2/inetd
    Active Internet connections (only servers)
    Proto Recv-Q Send-Q Local Address           Foreign Address         State
    udp6       0      0 :::echo                 :::*
    udp6       0      0 :::discard              :::*
    udp6       0      0 :::daytime              :::*
    udp6       0      0 :::chargen              :::*
    udp6       0      0 :::time                 :::*
    Active UNIX domain sockets (only servers)
    Proto RefCnt Flags   Type   State     I-Node Path
    unix  2      [ ACC ] STREAM LISTENING      1 /tmp/s
    Active Internet connections (w/o servers)
    Proto Recv-Q Send-Q Local Address           Foreign Address         State
    tcp6       0      0 10.0.0.2:7              10.0.0.1:55506          ESTABLISHED
    "
  `);
  expect(
    await shell(bob, "ss -tan; ss -uln; ss -tnp; ss -xl; ss -s; ss -tni | wc -l; ss -4tan"),
  ).toMatchInlineSnapshot(`
    "State  Recv-Q Send-Q     Local Address:Port      Peer Address:Port
    LISTEN 0      128                 [::]:7                 [::]:*
    LISTEN 0      128                 [::]:9                 [::]:*
    LISTEN 0      128                 [::]:13                [::]:*
    LISTEN 0      128                 [::]:19                [::]:*
    LISTEN 0      128                 [::]:37                [::]:*
    ESTAB  0      0      [::ffff:10.0.0.2]:7    [::ffff:10.0.0.1]:55506
    State  Recv-Q Send-Q Local Address:Port Peer Address:Port
    UNCONN 0      0               [::]:7            [::]:*
    UNCONN 0      0               [::]:9            [::]:*
    UNCONN 0      0               [::]:13           [::]:*
    UNCONN 0      0               [::]:19           [::]:*
    UNCONN 0      0               [::]:37           [::]:*
    State Recv-Q Send-Q     Local Address:Port      Peer Address:Port  Process
    ESTAB 0      0      [::ffff:10.0.0.2]:7    [::ffff:10.0.0.1]:55506 users:(("inetd",pid=2,fd=13))
    State  Recv-Q Send-Q Local Address:Port Peer Address:Port
    LISTEN 0      8             /tmp/s 1               * 0
    Total: 11
    TCP:   6 (estab 1, closed 0, timewait 0)
    UDP:   5
    RAW:   0
    3
    State Recv-Q Send-Q Local Address:Port Peer Address:Port
    "
  `);
  expect(
    await shell(
      alice,
      "netstat -i | head -n 3; netstat -rn; netstat -s -t | head -n 1; netstat -g | head -n 3; netstat -p",
      1000,
    ),
  ).toMatchInlineSnapshot(`
    "Kernel Interface table
    Iface   MTU RX-OK RX-ERR RX-DRP TX-OK TX-ERR TX-DRP Flg
    lo    65536     0      0      0     0      0      0 LRU
    Kernel IP routing table
    Destination  Gateway     Genmask        Flags  Metric  Ref  Use  Iface
    0.0.0.0      10.0.0.254  0.0.0.0        UG     0       0    0    eth0
    10.0.0.0     0.0.0.0     255.255.255.0  U      0       0    0    eth0
    Tcp:
    IPv6/IPv4 Group Memberships
    Interface RefCnt Group
    lo        1      224.0.0.1
    Active Internet connections (w/o servers)
    Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
    tcp        0      0 alice:55506             bob:echo                ESTABLISHED -
    Active UNIX domain sockets (w/o servers)
    Proto RefCnt Flags Type State I-Node PID/Program name Path
    "
  `);
});

test("host and getent", async () => {
  const { shell, alice } = smallNet();
  expect(
    await shell(
      alice,
      `host bob; host 10.0.0.2; host 2001:db8::2; host nobody; echo $?; getent hosts carol; getent hosts 10.0.0.2; getent ahosts bob
       getent services www; getent services 53/udp; getent protocols 6; getent services nothing; echo $?; getent protocols | head -n 2`,
    ),
  ).toMatchInlineSnapshot(`
    "bob has address 10.0.0.2
    bob has IPv6 address 2001:db8::2
    2.0.0.10.in-addr.arpa domain name pointer bob.
    2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa domain name pointer bob.
    Host nobody not found: 3(NXDOMAIN)
    1
    10.1.0.9        carol
    2001:db8:1::9   carol
    10.0.0.2        bob
    2001:db8::2     DGRAM  bob
    10.0.0.2        DGRAM  bob
    www                   80/tcp http
    domain                53/udp nameserver
    tcp                   6 TCP
    2
    ip	0	IP
    icmp	1	ICMP
    "
  `);
});
