/** PPP between hosts: addresses and routes that come and go with the link, and what tshark makes of it. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AF_INET, type PppOptions, type Program, SOCK_DGRAM, World } from "netloom";
import { afterAll, describe, expect, test } from "vitest";

const LINE = { rateBps: 115_200, delayMs: 1 };

function dialUp(provider: PppOptions = {}, client: PppOptions = {}) {
  const world = new World({ console: () => {} });
  const line = world.serial(LINE);
  const [isp, home] = [world.host("isp"), world.host("home")];
  const far = isp.ppp(line, { local: "192.0.2.1", remote: "192.0.2.2", ...provider });
  const near = home.ppp(line, { defaultRoute: true, ...client });
  return { world, line, isp, home, far, near };
}

/** Sends one datagram after that many seconds. */
const sender =
  (seconds: number, address: string, text: string): Program =>
  async (sys) => {
    await sys.sleep(seconds);
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    await sys.sendto(s, text, { address, port: 7 });
  };

const receiver =
  (count: number, heard: string[]): Program =>
  async (sys) => {
    const s = sys.socket(AF_INET, SOCK_DGRAM);
    sys.bind(s, { address: "0.0.0.0", port: 7 });
    const buffer = new Uint8Array(2000);
    for (let received = 0; received < count; received++) {
      const { bytes, source } = await sys.recvfrom(s, buffer);
      heard.push(`${source.address} ${new TextDecoder().decode(buffer.subarray(0, bytes))}`);
    }
  };

test("a host gets address and default route from its provider, and datagrams pass both ways", async () => {
  const { world, isp, home, near } = dialUp();
  const heard: string[] = [];
  isp.spawn("receiver", receiver(1, heard));
  home.spawn("receiver", receiver(1, heard));
  home.spawn("sender", sender(1, "192.0.2.1", "up"));
  isp.spawn("sender", sender(2, "192.0.2.2", "down"));
  const { crashes } = await world.run();
  expect(crashes).toEqual([]);
  expect(heard).toEqual(["192.0.2.2 up", "192.0.2.1 down"]);
  expect(near.up).toBe(true);
  expect(home.routes().filter(({ destination }) => !destination.includes(":"))).toMatchObject([
    { destination: "0.0.0.0/0", gateway: null, interface: "ppp0" },
    { destination: "192.0.2.1/32", interface: "ppp0", source: "192.0.2.2", protocol: "kernel" },
  ]);
});

test("with the line its addresses and routes go, and come again", async () => {
  const { world, line, home, near } = dialUp();
  await world.run({ until: "1s" });
  const cut = line.cut();
  expect(near.snapshot().phase).toBe("dead");
  expect(home.routes().filter(({ destination }) => !destination.includes(":"))).toEqual([]);
  expect(home.netstat().addresses.filter(({ interface: name }) => name === "ppp0")).toEqual([]);
  expect(home.interface("ppp0").carrier).toBe(false);
  cut[Symbol.dispose]();
  await world.run({ until: "2s" });
  expect(near.snapshot()).toMatchObject({ phase: "network", networks: expect.arrayContaining([expect.anything()]) });
  expect(home.routes().some(({ destination }) => destination === "0.0.0.0/0")).toBe(true);
});

test("two runs are equal, bit errors and all", async () => {
  const run = async (): Promise<string> => {
    const { world, line, isp, home } = dialUp({ require: "chap", peers: { home: "x" } }, { name: "home", secret: "x" });
    line.set({ bitErrorRate: 0.0005 });
    const heard: string[] = [];
    isp.spawn("receiver", receiver(99, heard), { daemon: true });
    for (let count = 0; count < 20; count++) home.spawn("sender", sender(15 + count, "192.0.2.1", `number ${count}`));
    return (await world.run()).hash;
  };
  expect(await run()).toBe(await run());
});

const tshark = (() => {
  try {
    execFileSync("tshark", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!tshark)(`tshark${tshark ? "" : " (skipped: it is not installed)"}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "netloom-ppp-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(["pap", "chap"] as const)(
    "reads a session with %s without a warning",
    async (require) => {
      const { world, isp, home, near } = dialUp(
        { require, peers: { home: "s3cret" }, mru: 1400, echoIntervalMs: 1000 },
        { name: "home", secret: "s3cret", compress: false, asyncMap: 0xa0000 },
      );
      using capture = isp.capture();
      const heard: string[] = [];
      isp.spawn("receiver", receiver(1, heard));
      home.spawn("sender", sender(3, "192.0.2.1", "x".repeat(1000)));
      await world.run();
      near.close();
      await world.run({ until: "20s" });
      const file = join(folder, `${require}.pcapng`);
      writeFileSync(file, capture.toBytes());
      const read = (...args: string[]): string[] => {
        const { status, stdout, stderr } = spawnSync("tshark", ["-r", file, ...args], { encoding: "utf8" });
        expect([status, stderr.split("\n").filter((line) => line !== "" && !line.startsWith("Running as"))]).toEqual([
          0,
          [],
        ]);
        return stdout.split("\n").filter((line) => line !== "");
      };
      expect(read("-Y", "_ws.malformed || _ws.expert.severity >= 0x400000")).toEqual([]);
      const seen = new Set(read("-T", "fields", "-e", "frame.protocols").map((protocols) => protocols.split(":")[1]));
      expect([...seen].sort()).toEqual(
        ["chap", "ip", "ipcp", "ipv6", "ipv6cp", "lcp", "pap"].filter((name) => {
          return (name !== "chap" && name !== "pap") || name === require;
        }),
      );
      expect(read("-Y", "lcp", "-T", "fields", "-e", "ppp.code").map(Number)).toEqual(
        expect.arrayContaining([1, 2, 5, 6, 9, 10]),
      );
    },
    30_000,
  );
});
