/**
 * Fast open with the Linux kernel at the other end: each side gives a cookie, knows it again, and takes the data of a SYN.
 *
 * Read first: support/wire.ts. The Linux side is Python, since Node's sockets know nothing of MSG_FASTOPEN.
 */
import { execFileSync } from "node:child_process";
import { createInterface } from "node:readline";
import { AF_INET, IPPROTO_TCP, MSG_FASTOPEN, SOCK_STREAM, type Sys, TCP_FASTOPEN, TCP_INFO } from "netloom";
import { describe, expect, test } from "vitest";
import { LINUX, NETLOOM, Wire, whyNot } from "./support/wire.ts";

const PORT = 5002;
const SYN_DATA = 32;

function hasPython(): boolean {
  try {
    execFileSync("python3", ["-c", "import socket; socket.MSG_FASTOPEN"], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

/** Answers each of three connections with what it has read first, in capitals. */
const SERVER = `
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("${LINUX.address}", ${PORT}))
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
s.listen(16)
print("ready", flush=True)
while True:
    c, _ = s.accept()
    c.sendall(c.recv(65536).upper())
    c.close()
`;

/** Asks twice, and prints the answers and TCP_INFO's options of each. */
const CLIENT = `
import socket
for _ in range(2):
    s = socket.socket()
    s.sendto(b"hello", socket.MSG_FASTOPEN, ("${NETLOOM.address}", ${PORT}))
    options = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5]
    print(s.recv(100).decode(), options & ${SYN_DATA})
    s.close()
`;

async function wired(): Promise<Wire> {
  const wire = new Wire();
  wire.host.sysctl("net.ipv4.tcp_fastopen", 3);
  wire.start();
  await wire.linux("sh", "-c", "echo 3 > /proc/sys/net/ipv4/tcp_fastopen");
  return wire;
}

/** Asks, and gives the answer and whether the data went with the SYN. */
async function ask(sys: Sys): Promise<unknown> {
  const fd = sys.socket(AF_INET, SOCK_STREAM);
  await sys.sendto(fd, "hello", { address: LINUX.address, port: PORT }, MSG_FASTOPEN);
  const { options } = sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO);
  const buffer = new Uint8Array(100);
  const count = await sys.recv(fd, buffer);
  sys.close(fd);
  return [new TextDecoder().decode(buffer.subarray(0, count)), options & SYN_DATA];
}

const reason = whyNot() ?? (hasPython() ? undefined : "there is no python3");

describe.skipIf(reason !== undefined)(`fast open${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  test("netloom asks Linux for a cookie, and its next SYN has data that Linux takes", async () => {
    await using wire = await wired();
    const server = wire.background("python3", "-c", SERVER);
    if (server.stdout === null) throw new Error("the server has no output");
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("ready");
    const seen: unknown[] = [];
    const spawned = wire.host.spawn("client", async (sys) => {
      seen.push(await ask(sys), await ask(sys));
    });
    while (spawned.state === "running") await new Promise((resolve) => setTimeout(resolve, 1));
    expect(seen).toEqual([
      ["HELLO", 0],
      ["HELLO", SYN_DATA],
    ]);
    const { stdout } = await wire.linux("cat", "/proc/net/netstat");
    expect(stdout).toContain("TCPFastOpenPassive");
    expect(wire.host.netstat().counters.TcpExtTCPFastOpenActive).toBe(1);
  });

  test("Linux asks netloom for a cookie, and netloom takes the data of its next SYN", async () => {
    await using wire = await wired();
    wire.host.spawn(
      "server",
      async (sys) => {
        const s = sys.socket(AF_INET, SOCK_STREAM);
        sys.bind(s, { address: "0.0.0.0", port: PORT });
        sys.setsockopt(s, IPPROTO_TCP, TCP_FASTOPEN, 16);
        sys.listen(s, 16);
        const buffer = new Uint8Array(100);
        for (;;) {
          const { fd } = await sys.accept(s);
          const count = await sys.recv(fd, buffer);
          await sys.send(fd, new TextDecoder().decode(buffer.subarray(0, count)).toUpperCase());
          sys.close(fd);
        }
      },
      { daemon: true },
    );
    const { stdout, stderr } = await wire.linux("python3", "-c", CLIENT);
    expect([stdout.trim().split("\n"), stderr]).toEqual([["HELLO 0", `HELLO ${SYN_DATA}`], ""]);
    const { counters } = wire.host.netstat();
    expect([counters.TcpExtTCPFastOpenCookieReqd, counters.TcpExtTCPFastOpenPassive]).toEqual([1, 1]);
  });
});
