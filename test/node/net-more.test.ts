/** What stands on net: tls, https, http2, STARTTLS, Unix paths; and dgram and dns. */
import "netloom/register";
import dgram from "node:dgram";
import dns from "node:dns";
import { once } from "node:events";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { expect, test } from "vitest";
import { cert, key } from "./certificate.ts";
import { twoHosts } from "./two-hosts.ts";

const BODY = "x".repeat(300_000);

test("https between two hosts", async () => {
  const { a, b } = twoHosts();
  b.start({ main: () => https.createServer({ cert, key }, (_request, response) => response.end(BODY)).listen(443) });
  const length = await a.run(
    () =>
      new Promise((resolve, reject) => {
        const request = https.get("https://b/", { ca: cert, agent: new https.Agent() }, async (response) => {
          let bytes = 0;
          for await (const piece of response) bytes += piece.length;
          resolve(bytes);
        });
        request.on("error", reject);
      }),
  );
  expect(length).toBe(BODY.length);
});

test("tls.connect() to a name, with the name checked", async () => {
  const { a, b } = twoHosts();
  b.start({ main: () => tls.createServer({ cert, key }, (socket) => socket.end("hello")).listen(443) });
  const told = await a.run(async () => {
    const socket = tls.connect({ host: "b", port: 443, ca: cert });
    socket.setEncoding("utf8");
    await once(socket, "secureConnect");
    const [text] = await once(socket, "data");
    return [text, socket.authorized, socket.remoteAddress, socket.getProtocol()];
  });
  expect(told).toEqual(["hello", true, "10.0.0.2", "TLSv1.3"]);
});

test.each(["in clear", "over TLS"])("http2 %s", async (how) => {
  const { a, b } = twoHosts();
  const isSecure = how === "over TLS";
  b.start({
    main: () => {
      const server = isSecure ? http2.createSecureServer({ cert, key }) : http2.createServer();
      server.on("stream", (stream) => stream.respond({ ":status": 200 }) ?? stream.end(BODY));
      server.listen(8443);
    },
  });
  const length = await a.run(async () => {
    const session = http2.connect(`${isSecure ? "https" : "http"}://b:8443`, { ca: cert });
    let bytes = 0;
    for await (const piece of session.request({ ":path": "/" })) bytes += piece.length;
    session.close();
    return bytes;
  });
  expect(length).toBe(BODY.length);
});

test("TLS takes over a socket that was in clear, on both sides", async () => {
  const { a, b } = twoHosts();
  b.start({
    main: () =>
      net
        .createServer((socket) => {
          socket.once("data", () => {
            socket.write("go ahead", () => new tls.TLSSocket(socket, { isServer: true, cert, key }).end("secret"));
          });
        })
        .listen(25),
  });
  const text = await a.run(async () => {
    const socket = net.connect(25, "b", () => socket.write("STARTTLS"));
    await once(socket, "data");
    const secure = tls.connect({ socket, ca: cert, servername: "b" });
    return String((await once(secure, "data"))[0]);
  });
  expect(text).toBe("secret");
});

test("a Unix path, and one host's paths are not another's", async () => {
  const { a, b } = twoHosts();
  const serve = () => net.createServer((socket) => socket.end(String(process.argv[2]))).listen("/tmp/s");
  a.start({ main: serve, argv: ["of a"] });
  const talk = () =>
    new Promise((resolve, reject) => {
      net
        .connect("/tmp/s")
        .on("data", (data) => resolve(String(data)))
        .on("error", reject);
    });
  expect(await a.run(talk)).toBe("of a");
  await expect(b.run(talk)).rejects.toThrow("connect ENOENT /tmp/s");
});

test("datagrams there and back, by name, and a group", async () => {
  const { a, b } = twoHosts();
  b.start({
    main: () => {
      const socket = dgram.createSocket("udp4");
      socket.on("message", (message, { address, port }) => socket.send(`${message} from ${address}`, port, address));
      socket.bind(53, () => socket.addMembership("239.1.2.3", "10.0.0.2"));
    },
  });
  const told = await a.run(async () => {
    const socket = dgram.createSocket("udp4");
    socket.send("hello", 53, "b");
    const [first] = await once(socket, "message");
    socket.setMulticastInterface("10.0.0.1");
    socket.setMulticastTTL(4);
    socket.send("all", 53, "239.1.2.3");
    const [second, { address, size }] = await once(socket, "message");
    socket.close();
    return [String(first), String(second), address, size];
  });
  expect(told).toEqual(["hello from 10.0.0.1", "all from 10.0.0.1", "10.0.0.2", 17]);
});

test("dns: lookup, resolve4, reverse, and who is not there", async () => {
  const { a } = twoHosts();
  const told = await a.run(async () => {
    const failure = await dns.promises.lookup("nobody").catch((error: Error) => error.message);
    const missing = await dns.promises.resolve4("nobody").catch((error: Error) => error.message);
    return [
      await dns.promises.lookup("b"),
      await dns.promises.resolve4("b"),
      await dns.promises.reverse("10.0.0.2"),
      (await dns.promises.lookupService("10.0.0.2", 80)).hostname,
      failure,
      missing,
    ];
  });
  expect(told).toEqual([
    { address: "10.0.0.2", family: 4 },
    ["10.0.0.2"],
    ["b"],
    "b",
    "getaddrinfo ENOTFOUND nobody",
    "queryA ENOTFOUND nobody",
  ]);
});

test("a socket that is used by another host's process says so", async () => {
  const { a, b } = twoHosts();
  let leaked: net.Socket | undefined;
  b.start({
    main: () =>
      net
        .createServer((socket) => {
          leaked = socket;
        })
        .listen(7),
  });
  const use = async () => {
    const socket = net.connect(7, "b");
    await once(socket, "connect");
    await new Promise((resolve) => setTimeout(resolve, 100));
    leaked?.write("mine");
  };
  await expect(a.run(use)).rejects.toThrow("a socket of main[2] on b is used by run[2] on a");
});
