/** The programs of the network, against the Linux kernel: ping, traceroute and nc to Linux, its ping and sockets to netloom, both families. */
import { describe, expect, test } from "vitest";
import { LINUX, NETLOOM, Wire, whyNot } from "./support/wire.ts";

const reason = whyNot();
if (reason !== undefined) console.log(`skipped: ${reason}`);

/** A wire, and what programs of the world have printed. */
function wired() {
  const printed: string[] = [];
  const wire = new Wire({ world: { console: ({ text }) => printed.push(text) } });
  /** Runs a script in the world's shell, and gives what it prints. */
  const shell = async (script: string): Promise<string> => {
    printed.length = 0;
    const process_ = wire.host.spawn("sh", "/bin/sh", {
      args: ["-c", `exec 2>&1; ${script}`],
      env: { PATH: "/bin" },
      cwd: "/tmp",
    });
    while (process_.state === "running") await new Promise((resolve) => setTimeout(resolve, 10));
    return printed.join("");
  };
  return { wire, shell };
}

describe.skipIf(reason !== undefined)("programs and Linux", () => {
  test.each([LINUX.address, LINUX.address6])(
    "netloom pings Linux at %s, with small messages and fragments",
    async (address) => {
      const { wire, shell } = wired();
      await using _ = wire.start();
      expect(await shell(`ping -c 5 -i 0.02 ${address}`)).toMatch(
        /5 packets transmitted, 5 received, 0% packet loss, time \d+ms\nrtt min/,
      );
      expect(await shell(`ping -q -c 3 -i 0.02 -s 8000 ${address}`)).toContain("3 received, 0% packet loss");
    },
  );

  test("Linux pings netloom over IPv6, with small messages and fragments", async () => {
    const { wire } = wired();
    await using _ = wire.start();
    for (const bytes of ["56", "8000"]) {
      const { stdout } = await wire.linux("ping", "-6", "-c", "5", "-i", "0.02", "-s", bytes, "-q", NETLOOM.address6);
      expect(stdout).toContain("5 received, 0% packet loss");
    }
  });

  test("netloom traces the route to Linux, whose ports refuse", async () => {
    const { wire, shell } = wired();
    await using _ = wire.start();
    expect(await shell(`traceroute -n -q 2 ${LINUX.address}`)).toMatch(
      /\n 1 {2}10\.9\.0\.1 {2}[\d.]+ ms {2}[\d.]+ ms\n$/,
    );
    expect(await shell(`traceroute -n -q 1 ${LINUX.address6}`)).toMatch(/\n 1 {2}fd09::1 {2}[\d.]+ ms\n$/);
    expect(await shell(`traceroute -I -n -q 1 ${LINUX.address6}`)).toMatch(/\n 1 {2}fd09::1 {2}[\d.]+ ms\n$/);
  });

  test("arping finds Linux, and Linux's address taken", async () => {
    const { wire, shell } = wired();
    await using _ = wire.start();
    expect(
      await shell(`arping -q -c 1 -f ${LINUX.address}; echo $?; arping -q -D -c 1 ${LINUX.address}; echo $?`),
    ).toBe("0\n1\n");
  });

  test("UDP over IPv6: netloom's echo service answers Linux, and Linux answers netloom's nc", async () => {
    const { wire, shell } = wired();
    await using _ = wire.start();
    wire.host.spawn("inetd", "/bin/inetd", { daemon: true });
    const { stdout } = await wire.linux(process.execPath, "-e", ECHO_CLIENT, NETLOOM.address6);
    expect(stdout.trim()).toBe("100 of 100");
    const server = wire.background(process.execPath, "-e", ECHO_SERVER, LINUX.address6);
    await new Promise((resolve) => server.stdout?.once("data", resolve));
    expect(await shell(`echo hello | nc -u -w 1 ${LINUX.address6} 7777`)).toBe("hello\n");
  });

  test("the small services by TCP, over both families", async () => {
    const { wire } = wired();
    await using _ = wire.start();
    wire.host.spawn("inetd", "/bin/inetd", { daemon: true });
    for (const address of [NETLOOM.address, NETLOOM.address6]) {
      const { stdout } = await wire.linux(process.execPath, "-e", SERVICES_CLIENT, address);
      expect(JSON.parse(stdout)).toEqual({ daytime: true, time: 4, chargen: 74, echo: "hello" });
    }
  });
});

const ECHO_SERVER = `
  const s = require("dgram").createSocket("udp6");
  s.on("message", (m, r) => s.send(m, r.port, r.address));
  s.bind(7777, process.argv[1], () => console.log("bound"));`;

const ECHO_CLIENT = `
  const s = require("dgram").createSocket("udp6");
  let [sent, got] = [0, 0];
  const next = () => (sent < 100 ? s.send("message " + sent++, 7, process.argv[1]) : s.close());
  s.on("message", (m) => { if (String(m) === "message " + (sent - 1)) got++; next(); });
  s.on("close", () => console.log(got + " of 100"));
  next();`;

const SERVICES_CLIENT = `
  const { connect } = require("net");
  const host = process.argv[1];
  const all = (port) => new Promise((resolve) => {
    const parts = [];
    connect(port, host).on("data", (d) => parts.push(d)).on("end", () => resolve(Buffer.concat(parts)));
  });
  const line = (port, text) => new Promise((resolve) => {
    const c = connect(port, host, () => c.write(text));
    let got = "";
    c.on("data", (d) => { got += d; if (got.includes("\\n")) { resolve(got.slice(0, got.indexOf("\\n") + 1)); c.destroy(); } });
  });
  (async () => console.log(JSON.stringify({
    daytime: /20\\d\\d\\r\\n$/.test(String(await all(13))),
    time: (await all(37)).length,
    chargen: (await line(19, "")).length,
    echo: (await line(7, "hello\\n")).trim(),
  })))();`;
