/**
 * The Linux side of the tests: small programs on Node's own sockets, `node peer.mjs ROLE ADDRESS PORT [ARGUMENT]`.
 *
 * A server prints "ready" when it listens, then one line of JSON for each connection that has ended; a client prints one
 * line when it has ended. What is sent is a pattern, so that a checksum tells on the other side what has come.
 */
import { createHash } from "node:crypto";
import net from "node:net";

const [role, address, portText, argument] = process.argv.slice(2);
const port = Number(portText);
const say = (value) => console.log(typeof value === "string" ? value : JSON.stringify(value));

/** The bytes that both sides send: i mod 251. */
function pattern(length) {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = i % 251;
  return bytes;
}

/** Of the pattern, so that pieces in a row are the pattern again. */
const PIECE_BYTES = 251 * 256;

/** Takes everything in, and says how much and which bytes it was. */
function digest(socket, tell) {
  const hash = createHash("sha256");
  let bytes = 0;
  socket.on("data", (data) => {
    hash.update(data);
    bytes += data.length;
  });
  let code = "";
  socket.on("error", (error) => {
    code = error.code;
  });
  socket.on("close", () => tell({ bytes, sha256: hash.digest("hex"), code }));
}

const SERVERS = {
  /** Takes in and answers nothing. */
  sink: (socket) => digest(socket, say),
  /** As sink, and says how long it took from the first byte to the last. */
  meter: (socket) => {
    let [first, last] = [0, 0];
    socket.on("data", () => {
      last = performance.now();
      first ||= last;
    });
    digest(socket, (outcome) => say({ ...outcome, ms: last - first }));
  },
  /** Sends so many bytes and closes. */
  source: (socket) => {
    socket.on("error", () => {});
    socket.end(pattern(Number(argument)));
    socket.resume();
  },
  /** Sends back what comes, and its end after the other's. */
  echo: (socket) => {
    socket.on("error", (error) => say({ code: error.code }));
    socket.pipe(socket);
  },
  /** Resets at the first byte. */
  resetter: (socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.resetAndDestroy());
  },
  /** Reads nothing for a while, so that its window closes, then everything. */
  slow: (socket) => {
    socket.pause();
    setTimeout(() => {
      digest(socket, say);
      socket.resume();
    }, Number(argument));
  },
  /** Waits, and probes an idle peer each second. */
  keepalive: (socket) => {
    socket.setKeepAlive(true, 1000);
    digest(socket, say);
  },
};

const CLIENTS = {
  /** Sends so many bytes and closes. */
  send: (socket) => {
    digest(socket, say);
    socket.end(pattern(Number(argument)));
  },
  /** Sends for so many seconds, with a congestion control by name: "cubic 10". */
  pour: async (socket) => {
    const [algorithm, seconds] = argument.split(" ");
    await setCongestionControl(socket, algorithm);
    const saw = await watch(socket);
    const hash = createHash("sha256");
    const piece = pattern(PIECE_BYTES);
    const end = performance.now() + Number(seconds) * 1000;
    let bytes = 0;
    let code = "";
    socket.on("error", (error) => {
      code = error.code;
    });
    socket.on("close", () => say({ bytes, sha256: hash.digest("hex"), code, saw: saw() }));
    const pour = () => {
      while (performance.now() < end) {
        hash.update(piece);
        bytes += piece.length;
        if (!socket.write(piece)) return;
      }
      saw();
      socket.end();
    };
    socket.on("drain", pour);
    socket.resume();
    pour();
  },
  /** Takes everything in. */
  receive: (socket) => digest(socket, say),
  /** Says it has ended, then reads what comes until the other has. */
  halfclose: (socket) => {
    digest(socket, say);
    socket.end("request");
  },
  /** Sends a byte and resets when something has come. */
  reset: (socket) => {
    socket.on("error", () => {});
    socket.on("close", () => say({ closed: true }));
    socket.once("data", () => socket.resetAndDestroy());
    socket.write("x");
  },
};

/** Node has no option for it: the C library has. */
async function setCongestionControl(socket, algorithm) {
  const { default: koffi } = await import("koffi");
  const signature = "int setsockopt(int fd, int level, int option, const char *value, uint32_t length)";
  const [IPPROTO_TCP, TCP_CONGESTION] = [6, 13];
  const setsockopt = koffi.load(null).func(signature);
  const failed = setsockopt(socket._handle.fd, IPPROTO_TCP, TCP_CONGESTION, algorithm, algorithm.length) !== 0;
  if (failed) throw new Error(`this kernel has no congestion control "${algorithm}"`);
}

/** Looks at TCP_INFO every so often, until what it gives is called; that gives the means, and what was sent again. */
async function watch(socket) {
  const { default: koffi } = await import("koffi");
  const signature = "int getsockopt(int fd, int level, int option, void *value, uint32_t *length)";
  const [IPPROTO_TCP, TCP_INFO, EVERY_MS] = [6, 11, 20];
  const getsockopt = koffi.load(null).func(signature);
  const info = new Uint32Array(64);
  const length = new Uint32Array(1);
  const sums = { rtt: 0, cwnd: 0 };
  let looks = 0;
  const look = () => {
    length[0] = info.byteLength;
    if (socket._handle === null || getsockopt(socket._handle.fd, IPPROTO_TCP, TCP_INFO, info, length) !== 0) return;
    // struct tcp_info: tcpi_rtt and tcpi_snd_cwnd.
    sums.rtt += info[17];
    sums.cwnd += info[20];
    looks++;
  };
  const timer = setInterval(look, EVERY_MS);
  look();
  return () => {
    clearInterval(timer);
    // tcpi_total_retrans, tcpi_data_segs_out.
    return {
      roundTripMs: sums.rtt / looks / 1000,
      windowSegments: sums.cwnd / looks,
      resentShare: info[25] / info[39],
    };
  };
}

/** Node has no urgent data: the C library has. */
async function urgent() {
  const { default: koffi } = await import("koffi");
  const libc = koffi.load(null);
  const call = (signature) => libc.func(signature);
  const socket = call("int socket(int domain, int type, int protocol)");
  const connect = call("int connect(int fd, _In_ uint8_t *address, uint32_t length)");
  const send = call("long send(int fd, _In_ uint8_t *bytes, unsigned long length, int flags)");
  const recv = call("long recv(int fd, _Out_ uint8_t *bytes, unsigned long length, int flags)");
  const [AF_INET, SOCK_STREAM, MSG_OOB] = [2, 1, 1];
  const fd = socket(AF_INET, SOCK_STREAM, 0);
  const name = Buffer.from([
    AF_INET,
    0,
    port >> 8,
    port & 0xff,
    ...address.split(".").map(Number),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  if (connect(fd, name, name.length) !== 0) throw new Error("the connection was refused");
  send(fd, Buffer.from("before"), 6, 0);
  send(fd, Buffer.from("!"), 1, MSG_OOB);
  send(fd, Buffer.from("after"), 5, 0);
  // The other side answers with an urgent byte of its own, behind "reply".
  const read = (length, flags) => {
    const bytes = Buffer.alloc(length);
    const got = Number(recv(fd, bytes, length, flags));
    return bytes.toString("latin1", 0, Math.max(0, got));
  };
  let text = "";
  while (text.length < 5) text += read(5 - text.length, 0);
  let byte = "";
  // It may be on its way still: until then EINVAL.
  for (let tries = 0; byte === "" && tries < 200; tries++) {
    byte = read(1, MSG_OOB);
    if (byte === "") await new Promise((resolve) => setTimeout(resolve, 10));
  }
  say({ text, byte });
}

if (role === "urgent") {
  await urgent();
} else if (Object.hasOwn(SERVERS, role)) {
  const server = net.createServer({ allowHalfOpen: role === "echo" }, SERVERS[role]);
  server.listen({ host: address, port }, () => say("ready"));
} else if (Object.hasOwn(CLIENTS, role)) {
  const socket = net.connect({ host: address, port, allowHalfOpen: role === "halfclose" }, () => CLIENTS[role](socket));
  socket.once("error", (error) => {
    if (socket.connecting || socket.pending) say({ code: error.code });
  });
} else if (role === "many") {
  // So many connections at once, each with a word of its own that comes back.
  let good = 0;
  let left = Number(argument);
  for (let i = 0; i < Number(argument); i++) {
    const socket = net.connect({ host: address, port }, () => socket.end(`connection ${i}`));
    let text = "";
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (text === `connection ${i}`) good++;
      if (--left === 0) say({ good });
    });
  }
} else {
  throw new Error(`there is no role "${role}"`);
}
