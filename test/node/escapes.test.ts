/** Ways out of the world are refused by their names, unless they are allowed; code outside is refused nothing. */
import "netloom/register";
import child_process from "node:child_process";
import crypto from "node:crypto";
import dgram from "node:dgram";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import inspector from "node:inspector";
import inspectorPromises from "node:inspector/promises";
import { createRequire } from "node:module";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import process from "node:process";
import tls from "node:tls";
import trace_events from "node:trace_events";
import tty from "node:tty";
import v8 from "node:v8";
import vm from "node:vm";
import { WASI } from "node:wasi";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { twoHosts } from "./two-hosts.ts";

const require = createRequire(import.meta.url);
const PASSWORDS = "/etc/passwd";
const inside = process as unknown as Record<string, (...args: unknown[]) => unknown>;

const ESCAPES: [string, () => unknown][] = [
  ["child_process.spawn()", () => child_process.spawn("true")],
  ["fs.writeFileSync()", () => fs.writeFileSync("/dev/null", "")],
  ["fs.openSync() for writing", () => fs.openSync("/dev/null", "w")],
  ["worker_threads.Worker", () => new Worker("", { eval: true })],
  ["net.Socket of a descriptor", () => new net.Socket({ fd: 1 })],
  ["net.Server.listen() of a descriptor", () => net.createServer().listen({ fd: 1 })],
  ["dgram.Socket.bind() of a descriptor", () => dgram.createSocket("udp4").bind({ fd: 1 })],
  ["fs.readFileSync() of /etc/passwd", () => fs.readFileSync(PASSWORDS)],
  ["fs.readFileSync() of /etc/passwd", () => fs.readFileSync(Buffer.from(PASSWORDS))],
  ["fs.readFileSync() of ../../../../../../../..", () => fs.readFileSync("../../../../../../../../etc/passwd")],
  ["fs.statSync() of /etc/passwd", () => fs.statSync(new URL("file:///etc/passwd"))],
  ["fs.existsSync() of /etc/passwd", () => fs.existsSync(PASSWORDS)],
  ["fs.readFile() of /etc/passwd", () => fs.readFile(PASSWORDS, () => {})],
  ["fs.promises.readFile() of /etc/passwd", () => fs.promises.readFile(PASSWORDS)],
  ["fs.promises.open() of /etc/passwd", () => fs.promises.open(PASSWORDS)],
  ["fs.createReadStream() of /etc/passwd", () => fs.createReadStream(PASSWORDS)],
  ["fs.readdirSync() of /", () => fs.readdirSync("/")],
  ["fs.readFileSync() of the machine's standard input", () => fs.readFileSync(0)],
  ["fs.readSync() of the machine's standard input", () => fs.readSync(0, Buffer.alloc(1))],
  ["fs.closeSync() of descriptor 1", () => fs.closeSync(1)],
  ["fs.close() of descriptor 2", () => fs.close(2, () => {})],
  ["fs.writeSync() of descriptor 0", () => fs.writeSync(0, "x")],
  ["fs.fchmodSync()", () => fs.fchmodSync(0, 0o600)],
  ["fs.futimesSync()", () => fs.futimesSync(0, 1, 1)],
  ["fs.realpathSync.native() of /etc/passwd", () => fs.realpathSync.native(PASSWORDS)],
  ["fs.realpath.native() of /etc/passwd", () => fs.realpath.native(PASSWORDS, () => {})],
  ["tty.WriteStream of a descriptor of the machine", () => new tty.WriteStream(1)],
  ["trace_events.createTracing()", () => trace_events.createTracing({ categories: ["node.perf"] })],
  ["v8.setFlagsFromString()", () => v8.setFlagsFromString("--expose-gc")],
  ["crypto.setEngine()", () => crypto.setEngine("no-such")],
  ["process.binding()", () => inside.binding?.("tcp_wrap")],
  ["process.binding()", () => (globalThis.process as unknown as typeof inside).binding?.("tcp_wrap")],
  ["process.dlopen()", () => inside.dlopen?.({ exports: {} }, "/no/such.node")],
  ["process.setuid()", () => inside.setuid?.(0)],
  ["os.setPriority()", () => os.setPriority(0)],
  ["wasi.WASI", () => new WASI({ version: "preview1" })],
  ["v8.writeHeapSnapshot()", () => v8.writeHeapSnapshot("/dev/null")],
  ["child_process.ChildProcess.spawn()", () => spawnByItself(new child_process.ChildProcess())],
  ["inspector.Session.connect()", () => new inspector.Session().connect()],
  ["inspector.Session.connect()", () => new inspectorPromises.Session().connect()],
  ["inspector.Session.connectToMainThread()", () => new inspector.Session().connectToMainThread()],
];

/** What child_process.spawn() does. */
function spawnByItself(child: child_process.ChildProcess): void {
  (child as unknown as { spawn: (options: object) => void }).spawn({ file: "true", args: ["true"] });
}

test.each(ESCAPES)("%s is refused, with the word that allows it", async (what, attempt) => {
  const { a } = twoHosts();
  await expect(a.run(() => attempt())).rejects.toThrow(`run[2] on a: ${what}`);
});

test.skipIf(process.getBuiltinModule("node:sqlite" as "node:fs") === undefined)(
  "sqlite.DatabaseSync is refused, as its native code opens files",
  async () => {
    const { DatabaseSync } = require("node:sqlite");
    const { a } = twoHosts();
    await expect(a.run(() => new DatabaseSync(PASSWORDS))).rejects.toThrow("run[2] on a: sqlite.DatabaseSync");
    expect(await a.run(() => new DatabaseSync(":memory:").close(), { allow: ["fs"] })).toBeUndefined();
  },
);

test("what is allowed goes through, and outside nothing is refused", async () => {
  const { a } = twoHosts();
  const write = () => fs.writeFileSync("/dev/null", "x");
  const read = () => fs.readFileSync(PASSWORDS, "utf8").length > 0;
  await a.run(write, { allow: ["fs"] });
  expect(await a.run(read, { allow: ["fs"] })).toBe(true);
  expect(await a.run(() => typeof inside.binding?.("tcp_wrap"), { allow: ["binding"] })).toBe("object");
  write();
  expect(read()).toBe(true);
  expect(child_process.spawnSync("true").status).toBe(0);
});

test("what a process has opened it closes", async () => {
  const { a } = twoHosts();
  const copied = await a.run(async () => {
    fs.closeSync(fs.openSync("package.json", "r"));
    const fd = await new Promise<number>((resolve, reject) => {
      fs.open("package.json", (error, opened) => (error === null ? resolve(opened) : reject(error)));
    });
    await new Promise((resolve) => fs.close(fd, resolve));
    let bytes = 0;
    for await (const piece of fs.createReadStream("package.json")) bytes += piece.length;
    return bytes;
  });
  expect(copied).toBe(fs.statSync("package.json").size);
});

test("a program reads what belongs to it: its project, packages, and what it loads", async () => {
  const { a } = twoHosts();
  const folder = fs.mkdtempSync(`${os.tmpdir()}/netloom-`);
  fs.writeFileSync(`${folder}/loaded.cjs`, `exports.value = require("./data.json").value;`);
  fs.writeFileSync(`${folder}/data.json`, `{ "value": 7 }`);
  fs.writeFileSync(`${folder}/prying.cjs`, `exports.value = require("fs").readFileSync("${PASSWORDS}", "utf8");`);
  try {
    const told = await a.run(async () => [
      fs.readFileSync("package.json", "utf8").includes("netloom"),
      (await fs.promises.readdir("node_modules/express")).includes("package.json"),
      fs.existsSync("no/such/file"),
      require(`${folder}/loaded.cjs`).value,
    ]);
    expect(told).toEqual([true, true, false, 7]);
    await expect(a.run(() => require(`${folder}/prying.cjs`))).rejects.toThrow("fs.readFileSync() of /etc/passwd");
    await expect(a.run(() => fs.readFileSync(`${folder}/data.json`))).rejects.toThrow('allow: ["fs"]');
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test("there is no parent to talk to, by whatever name", async () => {
  const { a } = twoHosts();
  const channel = () =>
    [process, globalThis.process].map((one) => [typeof one.send, typeof one.disconnect, typeof inside.disconnect]);
  const none = ["undefined", "undefined", "undefined"];
  expect(await a.run(channel)).toEqual([none, none]);
});

test("a context of node:vm has the time and the chance of its process", async () => {
  const draw = async (seed: number) => {
    const { a } = twoHosts({ seed });
    return await a.run(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const code = "[Date.now(), new Date(0).getTime(), Math.random()]";
      const sandbox = vm.createContext({ named: 1 });
      return [
        ...vm.runInNewContext(code),
        ...new vm.Script(code).runInNewContext({}),
        ...vm.runInContext(code, sandbox),
        Object.keys(sandbox).join(),
        vm.runInThisContext("Date.now()"),
        Date.now(),
      ];
    });
  };
  const drawn = await draw(1);
  const now = drawn.at(-1);
  expect([drawn[0], drawn[3], drawn[6], drawn[10]]).toEqual([now, now, now, now]);
  expect(drawn[9]).toBe("named");
  expect(await draw(1)).toEqual(drawn);
  expect((await draw(2))[2]).not.toBe(drawn[2]);
});

test("a connected session of the debugger is not used inside", async () => {
  const { a } = twoHosts();
  const session = new inspectorPromises.Session();
  session.connect();
  try {
    const evaluate = () => session.post("Runtime.evaluate", { expression: "1" });
    await expect(a.run(evaluate)).rejects.toThrow("inspector.Session.post() reaches out of the virtual world");
    expect(await a.run(async () => (await evaluate()).result.value, { allow: ["inspector"] })).toBe(1);
  } finally {
    session.disconnect();
  }
});

type Glob = (pattern: string | string[], options?: object, done?: () => void) => unknown;
/** Not every Node has them. */
const [globSync, glob, promisesGlob] = [fs, fs, fs.promises].map(
  (module, i) => (module as unknown as Record<string, Glob>)[i === 0 ? "globSync" : "glob"],
);
const PLACES: [string | string[], object?][] = [
  ["/etc/*"],
  [["package.json", "/etc/passw?"]],
  ["passwd", { cwd: "/etc" }],
  ["etc/passwd", { cwd: "/" }],
  ["*", { cwd: new URL("file:///etc/") }],
  ["../../../../../../../../etc/*"],
  ["*/../../*"],
  ["src/[.][.]/[.-.]./*"],
  ["src\\..\\..\\*"],
  ["{src,/etc}/*"],
  ["{src,{..,test}}/../*"],
  ["src/{.,x}{.,y}/../*"],
  ["{x},..}/*"],
];

test.skipIf(globSync === undefined)("a pattern may lead to what belongs to the program only", async () => {
  const { a } = twoHosts();
  const list = globSync as (pattern: string | string[], options?: object) => string[];
  for (const [pattern, options] of PLACES) {
    const uses: Record<string, () => unknown> = {
      "fs.globSync": () => globSync?.(pattern, options),
      "fs.glob": () => glob?.(pattern, options ?? {}, () => {}),
      "fs.promises.glob": () => promisesGlob?.(pattern, options),
    };
    for (const [name, use] of Object.entries(uses)) {
      await expect(a.run(use), `${name} ${pattern}`).rejects.toThrow(`${name}() of `);
    }
  }
  const found = await a.run(() => [
    list("package.j*n"),
    list("{src,test}/node/{door,two-*}{,.ts}").sort(),
    list("src/node/../node/turn?.ts"),
    list("{1..3}.none"),
    list(["package.*n"], { cwd: "node_modules/vitest" }),
  ]);
  expect(found).toEqual([
    ["package.json"],
    ["src/node/door", "test/node/two-hosts.ts"],
    ["src/node/turns.ts"],
    [],
    ["package.json"],
  ]);
  expect(await a.run(() => list("/etc/passw?"), { allow: ["fs"] })).toEqual([PASSWORDS]);
});

test("a socket of the machine, made outside, is not used inside", async () => {
  const { a } = twoHosts();
  let received = "";
  const server = net.createServer((socket) => socket.on("data", (data) => (received += data)).resume());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const datagrams = dgram.createSocket("udp4");
  const uses: Record<string, () => unknown> = {
    "net.Socket.write()": () => socket.write("escaped"),
    "net.Socket.end()": () => socket.end("escaped"),
    "net.Socket.destroy()": () => socket.destroy(),
    "net.Server.close()": () => server.close(),
    "dgram.Socket.send()": () => datagrams.send("escaped", 9, "127.0.0.1"),
    "dgram.Socket.bind()": () => datagrams.bind(0),
    "TLS over a socket": () => tls.connect({ socket }),
    "net.Socket.resume() by http": () =>
      new Promise((_, reject) => http.get({ createConnection: () => socket }).on("error", reject)),
  };
  for (const [name, use] of Object.entries(uses)) {
    const message = name.startsWith("TLS") ? "TLS" : name.split(" ")[0];
    await expect(a.run(use), name).rejects.toThrow(` on a: ${message}`);
  }
  expect(await a.run(() => socket.write("allowed"), { allow: ["net"] })).toBe(true);
  socket.end(" outside");
  await once(socket, "close");
  expect(received).toBe("allowed outside");
  datagrams.close();
  server.close();
});

test("the pipes of a child process that is allowed", async () => {
  const { a } = twoHosts();
  const echo = async () => {
    const child = child_process.spawn("cat");
    child.stdin.end("hello");
    return String((await once(child.stdout, "data"))[0]);
  };
  expect(await a.run(echo, { allow: ["child_process"] })).toBe("hello");
});
