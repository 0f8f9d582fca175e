/** Names of Unix-domain sockets in a host's tree: who may connect, what a killed server leaves; and servers short of descriptors. */
import "netloom/register";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import { World } from "netloom";
import { expect, test } from "vitest";

const world = (): World => new World({ console: () => {} });

/** What comes of connecting to a path. */
async function answer(path: string): Promise<unknown> {
  const client = net.connect(path);
  return await new Promise((resolve) => {
    client.on("data", (data) => resolve(String(data)));
    client.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
  });
}

test.each([
  [{}, "EACCES", 0o755],
  [{ readableAll: true }, "EACCES", 0o755],
  [{ readableAll: true, writableAll: true }, "hello", 0o777],
])("a server with %j: another user gets %s", async (options, told, mode) => {
  const here = world();
  const host = here.host("a");
  host.start({
    main: () => void net.createServer((socket) => socket.end("hello")).listen({ path: "/tmp/s", ...options }),
    uid: 1000,
  });
  expect(await host.run(() => answer("/tmp/s"), { uid: 1001 })).toBe(told);
  let found = 0;
  host.spawn("stat", (sys) => {
    found = sys.stat("/tmp/s").mode & 0o777;
  });
  await here.run();
  expect(found).toBe(mode);
});

test("a server that was killed leaves its path, and the next one takes it away", async () => {
  const host = world().host("a");
  const killed = host.start({ main: () => void net.createServer().listen("/tmp/s") });
  await host.run(() => new Promise((resolve) => setTimeout(resolve, 10)));
  killed.kill("SIGKILL");
  expect(await host.run(() => answer("/tmp/s"))).toBe("ECONNREFUSED");
  const restarted = await host.run(async () => {
    const server = net.createServer((socket) => socket.end("hello"));
    const [error] = await new Promise<[NodeJS.ErrnoException]>((resolve) => {
      server.once("error", (...args: [NodeJS.ErrnoException]) => resolve(args)).listen("/tmp/s");
    });
    fs.rmSync("/tmp/s", { force: true });
    server.listen("/tmp/s");
    await once(server, "listening");
    const told = await answer("/tmp/s");
    server.close();
    return [error.code, told];
  });
  expect(restarted).toEqual(["EADDRINUSE", "hello"]);
});

test("what is no socket of the host's, or not the user's, is not unlinked", async () => {
  const host = world().host("a");
  host.start({ main: () => void net.createServer().listen("/tmp/s"), uid: 1000 });
  const codes = await host.run(
    async () => {
      const told: unknown[] = [];
      for (const path of ["/tmp/s", "/tmp/none", "/tmp"]) {
        try {
          await fs.promises.unlink(path);
        } catch (error) {
          const { code, syscall } = error as NodeJS.ErrnoException;
          told.push([code, syscall]);
        }
      }
      return told;
    },
    { uid: 1001 },
  );
  expect(codes).toEqual([
    ["EPERM", "unlink"],
    ["ERR_NETLOOM_ESCAPE", undefined],
    ["ERR_NETLOOM_ESCAPE", undefined],
  ]);
});

test("a server that has no descriptors left closes who connects, and serves again when it has", async () => {
  const told = await world()
    .host("a")
    .run(async () => {
      const server = net.createServer((socket) => socket.end("hello").resume());
      const held = net.createServer((socket) => socket.resume()).listen(8, "127.0.0.1");
      const errors: Error[] = [];
      server.on("error", (error) => errors.push(error));
      server.listen(7, "127.0.0.1");
      await once(server, "listening");
      const holding = Array.from({ length: 508 }, () => net.connect(8, "127.0.0.1").on("error", () => {}));
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      const spare: net.Socket[] = [];
      const isFull = (): Promise<boolean> => {
        const socket = net.connect(8, "127.0.0.1");
        spare.push(socket);
        return new Promise((resolve) => socket.on("error", () => resolve(true)).on("connect", () => resolve(false)));
      };
      while (!(await isFull()));
      spare.at(-2)?.destroy();
      await new Promise((resolve) => setTimeout(resolve, 10));
      let text = "";
      for await (const piece of net.connect(7, "127.0.0.1")) text += piece;
      for (const socket of [...holding, ...spare]) socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, 10));
      let later = "";
      for await (const piece of net.connect(7, "127.0.0.1")) later += piece;
      held.close();
      server.close();
      return { text, later, errors };
    });
  expect(told).toEqual({ text: "", later: "hello", errors: [] });
});
