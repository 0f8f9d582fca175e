/**
 * An echo server with a thousand clients at once, in one process with epoll(7), over a lossy link.
 *
 * Run it: npx netloom run examples/thousand-clients.ts
 */
import {
  AF_INET,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLLIN,
  RLIMIT_NOFILE,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  type Sys,
  type World,
} from "netloom";

const CLIENTS = 1000;
const SERVICE = { address: "10.0.0.1", port: 7 };

async function server(sys: Sys): Promise<void> {
  sys.setrlimit(RLIMIT_NOFILE, { soft: 2000, hard: 2000 });
  const listener = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
  sys.bind(listener, SERVICE);
  sys.listen(listener, CLIENTS);
  const epoll = sys.epollCreate1(0);
  sys.epollCtl(epoll, EPOLL_CTL_ADD, listener, { events: EPOLLIN, data: listener });
  const buffer = new Uint8Array(1000);
  let open = 0;
  let most = 0;
  for (let served = 0; served < CLIENTS; ) {
    for (const { data: fd } of await sys.epollWait(epoll, 64, -1)) {
      if (fd === listener) {
        const { fd: connection } = await sys.accept(listener);
        sys.epollCtl(epoll, EPOLL_CTL_ADD, connection, { events: EPOLLIN, data: connection });
        most = Math.max(most, ++open);
        continue;
      }
      const bytes = await sys.read(fd, buffer);
      if (bytes > 0) {
        await sys.write(fd, buffer.subarray(0, bytes));
        continue;
      }
      sys.epollCtl(epoll, EPOLL_CTL_DEL, fd);
      sys.close(fd);
      open--;
      served++;
    }
  }
  await sys.write(1, `served ${CLIENTS} clients, ${most} of them at once\n`);
}

/** All clients are calls of one process: each waits for its own answer, and hangs up when all have theirs. */
async function clients(sys: Sys): Promise<void> {
  sys.setrlimit(RLIMIT_NOFILE, { soft: 2000, hard: 2000 });
  const all = Array.from({ length: CLIENTS }, () => sys.socket(AF_INET, SOCK_STREAM));
  await Promise.all(
    all.map(async (fd, number) => {
      await sys.connect(fd, SERVICE);
      const text = `client ${number}`;
      await sys.write(fd, text);
      const buffer = new Uint8Array(100);
      const bytes = await sys.read(fd, buffer);
      if (new TextDecoder().decode(buffer.subarray(0, bytes)) !== text) throw new Error(`${text} got another's answer`);
    }),
  );
  for (const fd of all) sys.close(fd);
}

export default async function thousandClients(world: World): Promise<void> {
  const cable = world.cable({ delayMs: 10, lossRate: 0.01 });
  const alice = world.host("alice");
  const bob = world.host("bob");
  alice.attach(cable, "10.0.0.1/24");
  bob.attach(cable, "10.0.0.2/24");
  alice.spawn("server", server);
  bob.spawn("clients", clients);
  await world.run();
}
