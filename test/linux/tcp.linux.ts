/**
 * TCP between a netloom host and the Linux kernel, both ways, on both address families.
 *
 * Read first: support/wire.ts, support/peers.ts, support/peer.mjs. The Linux side is Node on real sockets in a network namespace.
 */
import {
  AF_INET,
  AF_INET6,
  IPPROTO_TCP,
  MSG_OOB,
  POLLPRI,
  SHUT_WR,
  SO_KEEPALIVE,
  SO_LINGER,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
} from "netloom";
import { describe, expect, test } from "vitest";
import { COMPLAINT, hasTshark, readCapture } from "../support/tshark.ts";
import {
  client,
  connected,
  netloomServer,
  onNetloom,
  PORT,
  pattern,
  receiveAll,
  sendAll,
  serve,
  sha256,
} from "./support/peers.ts";
import { LINUX, NETLOOM, Wire, type WireOptions, whyNot } from "./support/wire.ts";

const BULK_BYTES = 20_000_000;
const ETHERNET_MAX_BYTES = 1514;

const FAMILIES = [
  ["IPv4", AF_INET, LINUX.address, NETLOOM.address],
  ["IPv6", AF_INET6, LINUX.address6, NETLOOM.address6],
] as const;

const BULK = pattern(BULK_BYTES);
const BULK_SHA256 = sha256(BULK);

const whole = { bytes: BULK_BYTES, sha256: BULK_SHA256 };
const reason = whyNot();
if (reason !== undefined) console.log(`skipped: ${reason}`);

/** Runs a test on a wire of its own. */
function onWire(name: string, play: (wire: Wire) => Promise<void>, options: WireOptions = {}): void {
  test(name, async () => {
    await using wire = new Wire(options).start();
    await play(wire);
  });
}

/** The longest frame that the interface has seen in each direction. */
function longestFrames(wire: Wire): Record<"in" | "out", number> {
  const longest = { in: 0, out: 0 };
  for (const one of wire.host.netif.interfaces.list()) {
    if (one.isLoopback) continue;
    one.tap((direction, { length }) => {
      longest[direction] = Math.max(longest[direction], length);
    });
  }
  return longest;
}

describe
  .skipIf(reason !== undefined)
  .each(
    FAMILIES.flatMap(([name, ...rest]) =>
      [true, false].map((offload) => [`${name} ${offload ? "with" : "without"} offload`, ...rest, offload] as const),
    ),
  )("bulk with Linux over %s", (_name, family, linux, netloom, offload) => {
  const options = { offload };
  const check = (longest: number): void => expect(longest > ETHERNET_MAX_BYTES).toBe(offload);

  onWire(
    "20 MB to Linux",
    async (wire) => {
      const longest = longestFrames(wire);
      const said = await serve(wire, "sink", linux);
      await onNetloom(wire, async (sys) => {
        const s = await connected(sys, family, linux);
        await sendAll(sys, s, BULK);
        sys.close(s);
      });
      expect(await said()).toEqual({ ...whole, code: "" });
      check(longest.out);
    },
    options,
  );

  onWire(
    "20 MB from Linux",
    async (wire) => {
      const longest = longestFrames(wire);
      await serve(wire, "source", linux, String(BULK_BYTES));
      const got = await onNetloom(wire, async (sys) => receiveAll(sys, await connected(sys, family, linux)));
      expect(got).toEqual(whole);
      check(longest.in);
    },
    options,
  );

  onWire(
    "20 MB from Linux to a netloom server, and back",
    async (wire) => {
      const got: unknown[] = [];
      netloomServer(wire, family, async (sys, fd) => {
        got.push(await receiveAll(sys, fd));
        await sendAll(sys, fd, BULK);
        sys.close(fd);
      });
      expect(await client(wire, "send", netloom, String(BULK_BYTES))).toEqual({ ...whole, code: "" });
      expect(got).toEqual([whole]);
    },
    options,
  );
});

describe.skipIf(reason !== undefined).each(FAMILIES)("TCP with Linux over %s", (_name, family, linux, netloom) => {
  onWire("100 connections at once, to Linux", async (wire) => {
    await serve(wire, "echo", linux);
    const good = await onNetloom(wire, async (sys) => {
      const talk = async (number: number): Promise<boolean> => {
        const s = await connected(sys, family, linux);
        await sys.send(s, `connection ${number}`);
        sys.shutdown(s, SHUT_WR);
        const { sha256: hash } = await receiveAll(sys, s);
        sys.close(s);
        return hash === sha256(new TextEncoder().encode(`connection ${number}`));
      };
      return (await Promise.all(Array.from({ length: 100 }, (_, number) => talk(number)))).filter(Boolean).length;
    });
    expect(good).toBe(100);
  });

  onWire("100 connections at once, from Linux", async (wire) => {
    netloomServer(wire, family, async (sys, fd) => {
      const buffer = new Uint8Array(100);
      for (let got = await sys.recv(fd, buffer); got > 0; got = await sys.recv(fd, buffer)) {
        await sys.send(fd, buffer.subarray(0, got));
      }
      sys.close(fd);
    });
    expect(await client(wire, "many", netloom, "100")).toEqual({ good: 100 });
  });

  onWire("a port where nobody listens is refused, both ways", async (wire) => {
    const refusal = onNetloom(wire, (sys) => connected(sys, family, linux));
    await expect(refusal).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(await client(wire, "send", netloom, "1")).toEqual({ code: "ECONNREFUSED" });
  });
});

describe.skipIf(reason !== undefined)("TCP with Linux", () => {
  onWire("half-close: a request, its end, and then the answer", async (wire) => {
    netloomServer(wire, AF_INET, async (sys, fd) => {
      const request = await receiveAll(sys, fd);
      await sys.sleep(0.05);
      await sys.send(fd, `got ${request.bytes} bytes`);
      sys.close(fd);
    });
    expect(await client(wire, "halfclose", NETLOOM.address)).toMatchObject({ bytes: 11, code: "" });
  });

  onWire("a reset by Linux is ECONNRESET here", async (wire) => {
    await serve(wire, "resetter", LINUX.address);
    const refusal = onNetloom(wire, async (sys) => {
      const s = await connected(sys, AF_INET, LINUX.address);
      await sys.send(s, "x");
      return sys.recv(s, new Uint8Array(1));
    });
    await expect(refusal).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  onWire("a reset by netloom is ECONNRESET there", async (wire) => {
    const said = await serve(wire, "echo", LINUX.address);
    await onNetloom(wire, async (sys) => {
      const s = await connected(sys, AF_INET, LINUX.address);
      await sys.send(s, "x");
      await sys.recv(s, new Uint8Array(1));
      sys.setsockopt(s, SOL_SOCKET, SO_LINGER, { onoff: 1, linger: 0 });
      sys.close(s);
    });
    expect(await said()).toEqual({ code: "ECONNRESET" });
  });

  onWire("a full accept queue lets Linux wait, and takes it later", async (wire) => {
    // With cookies, whoever sends its end before it is taken is reset, by Linux too.
    wire.host.sysctl("net.ipv4.tcp_syncookies", 0);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    wire.host.spawn(
      "server",
      async (sys) => {
        const s = sys.socket(AF_INET, SOCK_STREAM);
        sys.bind(s, { address: "0.0.0.0", port: PORT });
        sys.listen(s, 1);
        await sys.external(held);
        for (;;) {
          const { fd } = await sys.accept(s);
          const buffer = new Uint8Array(100);
          const got = await sys.recv(fd, buffer);
          await sys.send(fd, buffer.subarray(0, got));
          sys.close(fd);
        }
      },
      { daemon: true },
    );
    const clients = client(wire, "many", NETLOOM.address, "5");
    while ((wire.host.netstat().counters.TcpExtListenOverflows ?? 0) === 0) await turn();
    release();
    expect(await clients).toEqual({ good: 5 });
  });

  onWire("a window that Linux keeps closed for two seconds opens again", async (wire) => {
    const said = await serve(wire, "slow", LINUX.address, "2000");
    await onNetloom(wire, async (sys) => {
      const s = await connected(sys, AF_INET, LINUX.address);
      await sendAll(sys, s, BULK);
      sys.close(s);
    });
    expect(await said()).toEqual({ ...whole, code: "" });
  });

  onWire("a window that netloom keeps closed for two seconds opens again", async (wire) => {
    await serve(wire, "source", LINUX.address, String(BULK_BYTES));
    const got = await onNetloom(wire, async (sys) => {
      const s = await connected(sys, AF_INET, LINUX.address);
      await sys.sleep(2);
      return receiveAll(sys, s);
    });
    expect(got).toEqual(whole);
  });

  onWire("keepalive: probes are answered both ways, and an idle connection lives", async (wire) => {
    const said = await serve(wire, "keepalive", LINUX.address);
    await onNetloom(wire, async (sys) => {
      const s = await connected(sys, AF_INET, LINUX.address);
      sys.setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, 1);
      sys.setsockopt(s, IPPROTO_TCP, TCP_KEEPIDLE, 1);
      sys.setsockopt(s, IPPROTO_TCP, TCP_KEEPINTVL, 1);
      sys.setsockopt(s, IPPROTO_TCP, TCP_KEEPCNT, 2);
      await sys.sleep(3.5);
      await sys.send(s, "still here");
      sys.close(s);
    });
    expect(await said()).toMatchObject({ bytes: 10, code: "" });
    expect(wire.host.netstat().counters.TcpExtTCPKeepAlive).toBeGreaterThan(0);
  });

  onWire("an urgent byte, both ways", async (wire) => {
    const got: string[] = [];
    netloomServer(wire, AF_INET, async (sys, fd) => {
      const text = async (flags: number): Promise<string> => {
        const buffer = new Uint8Array(100);
        return new TextDecoder().decode(buffer.subarray(0, await sys.recv(fd, buffer, flags)));
      };
      await sys.poll([{ fd, events: POLLPRI }]);
      got.push(await text(MSG_OOB), await text(0), await text(0));
      await sys.send(fd, "reply");
      await sys.send(fd, "?", MSG_OOB);
      await sys.recv(fd, new Uint8Array(1));
      sys.close(fd);
    });
    expect(await client(wire, "urgent", NETLOOM.address)).toEqual({ text: "reply", byte: "?" });
    // Reading stops at the mark: what came before the byte, and what came behind it.
    expect(got).toEqual(["!", "before", "after"]);
  });

  onWire("curl fetches a file from a netloom program", async (wire) => {
    netloomServer(wire, AF_INET, async (sys, fd) => {
      await sys.recv(fd, new Uint8Array(4096));
      await sendAll(sys, fd, new TextEncoder().encode(`HTTP/1.1 200 OK\r\ncontent-length: ${BULK.length}\r\n\r\n`));
      await sendAll(sys, fd, BULK);
      sys.close(fd);
    });
    const { stdout, stderr } = await wire.linux(
      "sh",
      "-c",
      `curl -sS --max-time 30 http://${NETLOOM.address}:${PORT}/file | sha256sum`,
    );
    expect([stdout.split(" ")[0], stderr]).toEqual([BULK_SHA256, ""]);
  });
});

describe.skipIf(reason !== undefined || !hasTshark)("what tshark says of a session", () => {
  test.each([
    ["with offload", true],
    ["without", false],
  ])("no malformed packet, no bad checksum, and nothing that it calls an error of ours: %s", async (_name, offload) => {
    const pieces: Uint8Array[] = [];
    {
      await using wire = new Wire({ offload });
      using _capture = wire.host.capture((piece) => pieces.push(piece.slice()));
      wire.start();
      netloomServer(wire, AF_INET, async (sys, fd) => {
        await receiveAll(sys, fd);
        await sendAll(sys, fd, BULK.subarray(0, 2_000_000));
        sys.close(fd);
      });
      await client(wire, "send", NETLOOM.address, "2000000");
      await client(wire, "many", NETLOOM.address, "20");
    }
    const capture = Buffer.concat(pieces);
    expect(readCapture(capture, "-Y", "tcp", "-T", "fields", "-e", "frame.number").length).toBeGreaterThan(
      offload ? 200 : 1000,
    );
    // One segment in 65,536 of Linux's software checksums is the other zero, 0xFFFF; of ours none may be.
    const otherZeroOfLinux = `(ip.src == ${LINUX.address} && tcp.checksum.ffff)`;
    expect(readCapture(capture, "-Y", `(${COMPLAINT}) && !${otherZeroOfLinux}`)).toEqual([]);
    expect(readCapture(capture, "-Y", `ip.src == ${NETLOOM.address} && tcp.analysis.ack_lost_segment`)).toEqual([]);
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
