/** ping and UDP between a netloom host and the Linux kernel, both ways. */
import { AF_INET, SOCK_DGRAM, type Sys } from "netloom";
import { describe, expect, test } from "vitest";
import { LINUX, NETLOOM, Wire, whyNot } from "./support/wire.ts";

const reason = whyNot();
if (reason !== undefined) console.log(`skipped: ${reason}`);

describe.skipIf(reason !== undefined)("datagrams with Linux", () => {
  test("Linux pings netloom, with small and large messages", async () => {
    await using wire = new Wire().start();
    const small = await wire.linux("ping", "-c", "20", "-i", "0.01", "-q", NETLOOM.address);
    expect(small.stdout).toContain("20 packets transmitted, 20 received, 0% packet loss");
    const large = await wire.linux("ping", "-c", "5", "-i", "0.01", "-s", "1472", "-q", NETLOOM.address);
    expect(large.stdout).toContain("5 received");
    expect(wire.host.netstat().counters.IcmpOutEchoReps).toBe(25);
  });

  test("Linux is the server: netloom's datagrams come back as they were", async () => {
    await using wire = new Wire();
    const server = wire.background(process.execPath, "-e", ECHO_SERVER, LINUX.address);
    await line(server);
    const echoed: string[] = [];
    const client = wire.host.spawn("client", async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      for (let i = 0; i < 100; i++) {
        await sys.sendto(s, `message ${i}`, { address: LINUX.address, port: 7777 });
        echoed.push(await receiveText(sys, s));
      }
    });
    wire.start();
    await ended(client);
    expect(echoed).toEqual(Array.from({ length: 100 }, (_, i) => `message ${i}`));
  });

  test("netloom is the server", async () => {
    await using wire = new Wire();
    wire.host.spawn("server", async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      sys.bind(s, { address: "0.0.0.0", port: 7777 });
      const buffer = new Uint8Array(2000);
      for (;;) {
        const { bytes, source } = await sys.recvfrom(s, buffer);
        await sys.sendto(s, buffer.subarray(0, bytes), source);
      }
    });
    wire.start();
    const { stdout } = await wire.linux(process.execPath, "-e", ECHO_CLIENT, NETLOOM.address);
    expect(stdout.trim()).toBe("100 of 100");
  });

  test("a datagram to a port where nobody listens is refused, both ways", async () => {
    await using wire = new Wire();
    let refusal: unknown;
    const client = wire.host.spawn("client", async (sys) => {
      const s = sys.socket(AF_INET, SOCK_DGRAM);
      await sys.connect(s, { address: LINUX.address, port: 9999 });
      await sys.send(s, "anybody?");
      refusal = await sys.recv(s, new Uint8Array(10)).catch((error: unknown) => error);
    });
    wire.start();
    await ended(client);
    expect(refusal).toMatchObject({ code: "ECONNREFUSED" });
    const { stdout } = await wire.linux(process.execPath, "-e", REFUSED_CLIENT, NETLOOM.address);
    expect(stdout.trim()).toBe("ECONNREFUSED");
  });

  test("a link of netloom's own in between delays what passes", async () => {
    await using wire = new Wire({ link: { delayMs: 15 } }).start();
    const { stdout } = await wire.linux("ping", "-c", "5", "-i", "0.05", "-q", NETLOOM.address);
    const least = Number(/= ([\d.]+)\//.exec(stdout)?.[1]);
    expect(stdout).toContain("5 received");
    expect(least).toBeGreaterThanOrEqual(30);
  });
});

const ECHO_SERVER = `
  const s = require("dgram").createSocket("udp4");
  s.on("message", (m, r) => s.send(m, r.port, r.address));
  s.bind(7777, process.argv[1], () => console.log("bound"));
`;
const ECHO_CLIENT = `
  const s = require("dgram").createSocket("udp4");
  let good = 0, i = 0;
  const next = () => (i < 100 ? s.send("message " + i, 7777, process.argv[1]) : (console.log(good + " of 100"), s.close()));
  s.on("message", (m) => { if (String(m) === "message " + i) good++; i++; next(); });
  next();
`;
const REFUSED_CLIENT = `
  const s = require("dgram").createSocket("udp4");
  s.on("error", (e) => { console.log(e.code); s.close(); });
  s.connect(9999, process.argv[1], () => s.send("anybody?"));
`;

async function receiveText(sys: Sys, fd: number): Promise<string> {
  const buffer = new Uint8Array(2000);
  const { bytes } = await sys.recvfrom(fd, buffer);
  return new TextDecoder().decode(buffer.subarray(0, bytes));
}

/** Waits for the first line that a program prints. */
function line(child: ReturnType<Wire["background"]>): Promise<string> {
  return new Promise((resolve) => child.stdout?.once("data", (data) => resolve(String(data))));
}

/** Waits until a process of the world has ended. */
async function ended(process: { readonly state: string }): Promise<void> {
  while (process.state === "running") await new Promise((resolve) => setTimeout(resolve, 1));
}
