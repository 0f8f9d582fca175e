/**
 * epoll with 10 and with 10,000 watched descriptors, of which one becomes ready each time: the two must take nearly the
 * same, as a wait costs what is ready and not what is watched. poll(), which looks at all of them, stands beside it.
 */
import { EPOLL_CTL_ADD, EPOLLET, EPOLLIN, POLLIN, type Program, RLIMIT_NOFILE, type Sys, World } from "netloom";
import { rate, report } from "./lib/rates.ts";

const LIMIT = 20_000;
const ONE = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);

/** So many of the watched ones become ready, in turn, so that the figures compare the watching and not the caches. */
const ACTIVE = 10;

/** The descriptor that is ready in this round: one of the active ones, which lie far apart. */
function active(fds: readonly number[], round: number): number {
  return fds[(round % ACTIVE) * Math.floor(fds.length / ACTIVE)] ?? -1;
}

/** Sets up, and gives what one round does: one of the watched counters is written, waited for, and read. */
type Setup = (sys: Sys, fds: readonly number[]) => (round: number) => Promise<void>;

const epoll =
  (mode: number): Setup =>
  (sys, fds) => {
    const ep = sys.epollCreate1();
    for (const fd of fds) sys.epollCtl(ep, EPOLL_CTL_ADD, fd, { events: EPOLLIN | mode });
    const buffer = new Uint8Array(8);
    return async (round) => {
      await sys.write(active(fds, round), ONE);
      for (const { data } of await sys.epollWait(ep, 16)) await sys.read(data, buffer);
    };
  };

const poll: Setup = (sys, fds) => {
  const watched = fds.map((fd) => ({ fd, events: POLLIN, revents: 0 }));
  const buffer = new Uint8Array(8);
  return async (round) => {
    await sys.write(active(fds, round), ONE);
    await sys.poll(watched);
    for (const { fd, revents } of watched) if (revents !== 0) await sys.read(fd, buffer);
  };
};

/** Registers a bench of many rounds. The descriptors are made before, by a daemon that does its rounds once a second. */
async function measure(name: string, setup: Setup, watched: number, rounds: number): Promise<void> {
  const world = new World({ livelockCalls: Number.MAX_SAFE_INTEGER });
  const daemon: Program = async (sys) => {
    sys.setrlimit(RLIMIT_NOFILE, { soft: LIMIT, hard: LIMIT });
    const fds = Array.from({ length: watched }, () => sys.eventfd());
    const round = setup(sys, fds);
    for (;;) {
      await sys.sleep(1);
      for (let i = 0; i < rounds; i++) await round(i);
    }
  };
  world.host("alice").spawn("bench", daemon, { daemon: true });
  await world.run({ until: "500ms" });
  const title = `${name}, ${watched.toLocaleString("en-US")} watched: write, wait, read`;
  rate({ name: title, operations: rounds }, () => world.run({ until: world.nowNs + 1e9 }));
}

const ROUNDS = 50_000;
for (const watched of [10, 10_000]) {
  await measure("epoll, level-triggered", epoll(0), watched, ROUNDS);
  await measure("epoll, edge-triggered", epoll(EPOLLET), watched, ROUNDS);
}
await measure("poll", poll, 10, ROUNDS);
await measure("poll", poll, 10_000, 100);

await report();
