/** epoll(7), select(2) and the edges of poll(2). What the errors are was asked of Linux 6.18. */
import fc from "fast-check";
import {
  AF_INET,
  AF_UNIX,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  F_GETFD,
  FD_CLOEXEC,
  O_RDWR,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
  RLIMIT_NOFILE,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  type Sys,
} from "netloom";
import { type FileOps, type Process, WaitQueue } from "netloom/kernel";
import { describe, expect, test } from "vitest";
import { oneHost, runProgram } from "./support/world.ts";

async function outcome<T>(call: () => T | Promise<T>): Promise<T | string> {
  try {
    return await call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const add = (sys: Sys, epfd: number, fd: number, events: number) => sys.epollCtl(epfd, EPOLL_CTL_ADD, fd, { events });
/** What is ready now, as "descriptor:events" in the order in which epoll gives it. */
async function ready(sys: Sys, epfd: number, eventsMax = 100): Promise<string> {
  const events = await sys.epollWait(epfd, eventsMax, 0);
  return events.map((event) => `${event.data}:${event.events}`).join(" ");
}
const seconds = (sys: Sys) => sys.clockGettime("CLOCK_MONOTONIC").seconds;

describe("an epoll instance", () => {
  test("reports level-triggered what holds, as long as it holds", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const ep = sys.epollCreate1();
      add(sys, ep, readEnd, EPOLLIN);
      sys.epollCtl(ep, EPOLL_CTL_ADD, writeEnd, { events: EPOLLOUT, data: 77 });
      expect(await ready(sys, ep)).toBe(`77:${EPOLLOUT}`);
      await sys.write(writeEnd, "ab");
      // A level that still holds goes to the end of the list.
      expect(await ready(sys, ep)).toBe(`77:${EPOLLOUT} ${readEnd}:${EPOLLIN}`);
      await sys.read(readEnd, new Uint8Array(1));
      expect(await ready(sys, ep)).toBe(`77:${EPOLLOUT} ${readEnd}:${EPOLLIN}`);
      await sys.read(readEnd, new Uint8Array(1));
      expect(await ready(sys, ep)).toBe(`77:${EPOLLOUT}`);
      sys.close(writeEnd);
      expect(await ready(sys, ep)).toBe(`${readEnd}:${EPOLLHUP}`);
    });
  });

  test("reports edge-triggered what has happened, once for each time", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      await sys.write(writeEnd, "a");
      const ep = sys.epollCreate1();
      add(sys, ep, readEnd, EPOLLIN | EPOLLET);
      expect([await ready(sys, ep), await ready(sys, ep)]).toEqual([`${readEnd}:${EPOLLIN}`, ""]);
      await sys.write(writeEnd, "b");
      expect([await ready(sys, ep), await ready(sys, ep)]).toEqual([`${readEnd}:${EPOLLIN}`, ""]);
      sys.epollCtl(ep, EPOLL_CTL_MOD, readEnd, { events: EPOLLIN | EPOLLET });
      expect([await ready(sys, ep), await ready(sys, ep)]).toEqual([`${readEnd}:${EPOLLIN}`, ""]);
      // An edge whose level has gone before anybody looked is none.
      await sys.write(writeEnd, "c");
      await sys.read(readEnd, new Uint8Array(3));
      expect(await ready(sys, ep)).toBe("");
    });
  });

  test("reports one-shot once, until it is asked again", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const ep = sys.epollCreate1();
      add(sys, ep, readEnd, EPOLLIN | EPOLLONESHOT);
      await sys.write(writeEnd, "a");
      expect([await ready(sys, ep), await ready(sys, ep)]).toEqual([`${readEnd}:${EPOLLIN}`, ""]);
      sys.close(writeEnd);
      expect(await ready(sys, ep)).toBe("");
      sys.epollCtl(ep, EPOLL_CTL_MOD, readEnd, { events: EPOLLIN | EPOLLONESHOT });
      expect([await ready(sys, ep), await ready(sys, ep)]).toEqual([`${readEnd}:${EPOLLIN | EPOLLHUP}`, ""]);
    });
  });

  test("gives errors and hang-ups unasked", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const ep = sys.epollCreate1();
      add(sys, ep, writeEnd, 0);
      expect(await ready(sys, ep)).toBe("");
      sys.close(readEnd);
      expect(await ready(sys, ep)).toBe(`${writeEnd}:${EPOLLERR}`);
    });
  });

  test("takes turns when more is ready than is asked for", async () => {
    await runProgram(async (sys) => {
      const ep = sys.epollCreate1();
      const fds = [0, 1, 2, 3].map(() => sys.eventfd(1));
      for (const fd of fds) add(sys, ep, fd, EPOLLIN);
      const seen: number[] = [];
      for (let i = 0; i < 4; i++) seen.push(...(await sys.epollWait(ep, 3, 0)).map(({ data }) => fds.indexOf(data)));
      expect(seen).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
    });
  });

  test("wakes who waits, and answers nothing at the deadline", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const ep = sys.epollCreate1();
      expect([await sys.epollWait(ep, 1, 1000), seconds(sys)]).toEqual([[], 1]);
      sys.fork(async (child) => {
        await child.sleep(1);
        // A descriptor may be added while somebody waits.
        add(child, ep, readEnd, EPOLLIN);
        await child.sleep(1);
        await child.write(writeEnd, "x");
      });
      expect([await sys.epollWait(ep, 1), seconds(sys)]).toEqual([[{ events: EPOLLIN, data: readEnd }], 3]);
      await sys.wait();
    });
  });

  test("tells one waiter of an edge, every waiter of a level", async () => {
    for (const [mode, told] of [
      [EPOLLET, 1],
      [0, 2],
    ] as const) {
      await runProgram(async (sys) => {
        const fd = sys.eventfd();
        const ep = sys.epollCreate1();
        add(sys, ep, fd, EPOLLIN | mode);
        for (let i = 0; i < 2; i++) sys.fork(async (child) => (await child.epollWait(ep, 1, 5000)).length);
        await sys.sleep(1);
        await sys.write(fd, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
        const statuses = [(await sys.wait()).status, (await sys.wait()).status];
        expect(statuses.filter((status) => status !== 0)).toHaveLength(told);
      });
    }
  });

  test("watches sockets, counters and timers alike", async () => {
    await runProgram(async (sys) => {
      const ep = sys.epollCreate1();
      const socket = sys.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK);
      sys.bind(socket, { address: "127.0.0.1", port: 5000 });
      const timer = sys.timerfdCreate("CLOCK_MONOTONIC");
      sys.timerfdSettime(timer, 0, { value: { seconds: 2 } });
      for (const fd of [socket, timer]) add(sys, ep, fd, EPOLLIN);
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.sendto(child.socket(AF_INET, SOCK_DGRAM), "hello", { address: "127.0.0.1", port: 5000 });
      });
      expect([(await sys.epollWait(ep, 9)).map(({ data }) => data), seconds(sys)]).toEqual([[socket], 1]);
      await sys.recv(socket, new Uint8Array(9));
      expect([(await sys.epollWait(ep, 9)).map(({ data }) => data), seconds(sys)]).toEqual([[timer], 2]);
      await sys.wait();
    });
  });
});

describe("closing", () => {
  test("the last descriptor of a description takes its watches away, not the first", async () => {
    await runProgram(async (sys) => {
      const fd = sys.eventfd(1);
      const copy = sys.dup(fd);
      const ep = sys.epollCreate1();
      add(sys, ep, fd, EPOLLIN);
      sys.close(fd);
      // As on Linux: still reported, under the descriptor that is gone, and no longer to be removed by it.
      expect(await ready(sys, ep)).toBe(`${fd}:${EPOLLIN}`);
      expect(await outcome(() => sys.epollCtl(ep, EPOLL_CTL_DEL, fd))).toBe("EBADF");
      sys.close(copy);
      expect(await ready(sys, ep)).toBe("");
      // The number may be used again, for another description.
      expect(sys.eventfd(1)).toBe(fd);
      add(sys, ep, fd, EPOLLIN);
      expect(await ready(sys, ep)).toBe(`${fd}:${EPOLLIN}`);
    });
  });

  test("a description that a child still holds keeps its watch", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const ep = sys.epollCreate1();
      add(sys, ep, readEnd, EPOLLIN);
      sys.fork((child) => child.sleep(2));
      sys.close(readEnd);
      await sys.write(writeEnd, "x");
      expect(await ready(sys, ep)).toBe(`${readEnd}:${EPOLLIN}`);
      await sys.wait();
      expect(await ready(sys, ep)).toBe("");
    });
  });

  test("an instance leaves nothing behind at what it watched", async () => {
    const { world, alice } = oneHost();
    alice.spawn("program", async (sys) => {
      const fd = sys.eventfd();
      const ep = sys.epollCreate1();
      add(sys, ep, fd, EPOLLIN);
      const file = [...alice.kernel.processes.all()][1]?.descriptors.get(fd);
      expect([file?.ops.waiters.isEmpty, file?.releaseListeners?.size]).toEqual([false, 1]);
      sys.close(ep);
      expect([file?.ops.waiters.isEmpty, file?.releaseListeners?.size]).toEqual([true, 0]);
    });
    expect((await world.run()).crashes).toEqual([]);
  });
});

describe("instances that watch instances", () => {
  test("are told what the inner ones are told", async () => {
    await runProgram(async (sys) => {
      const fd = sys.eventfd();
      const inner = sys.epollCreate1();
      const outer = sys.epollCreate1();
      add(sys, outer, inner, EPOLLIN);
      add(sys, inner, fd, EPOLLIN);
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.write(fd, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
      });
      expect([await sys.epollWait(outer, 9), seconds(sys)]).toEqual([[{ events: EPOLLIN, data: inner }], 1]);
      const entry = { fd: inner, events: POLLIN, revents: 0 };
      expect([await sys.poll([entry]), entry.revents]).toEqual([1, POLLIN]);
      await sys.read(fd, new Uint8Array(8));
      expect([await sys.poll([entry], 0), await ready(sys, outer)]).toEqual([0, ""]);
      await sys.wait();
    });
  });

  /** Makes a chain of eight, from the inside out or the other way, and says what came of each link. */
  const chain = async (sys: Sys, order: "up" | "down") => {
    const instances = Array.from({ length: 8 }, () => sys.epollCreate1());
    const links = [1, 2, 3, 4, 5, 6, 7];
    if (order === "down") links.reverse();
    const results: unknown[] = [];
    for (const i of links) {
      results.push((await outcome(() => add(sys, instances[i] ?? 0, instances[i - 1] ?? 0, EPOLLIN))) ?? 0);
    }
    return results;
  };

  test("see no edge when the inner one is asked anew for what it has told already", async () => {
    await runProgram(async (sys) => {
      const fd = sys.eventfd(1);
      const inner = sys.epollCreate1();
      const outer = sys.epollCreate1();
      add(sys, outer, inner, EPOLLIN | EPOLLET);
      add(sys, inner, fd, EPOLLIN);
      expect([await ready(sys, outer), await ready(sys, outer)]).toEqual([`${inner}:${EPOLLIN}`, ""]);
      sys.epollCtl(inner, EPOLL_CTL_MOD, fd, { events: EPOLLIN });
      expect(await ready(sys, outer)).toBe("");
      await sys.write(fd, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
      expect(await ready(sys, outer)).toBe(`${inner}:${EPOLLIN}`);
    });
  });

  test("stand in chains of at most five", async () => {
    await runProgram(async (sys) => {
      expect(await chain(sys, "up")).toEqual([0, 0, 0, 0, "ELOOP", 0, 0]);
      expect(await chain(sys, "down")).toEqual([0, 0, 0, 0, "ELOOP", 0, 0]);
    });
  });

  test("may watch one another in many ways, and looking for circles takes one look at each", async () => {
    await runProgram((sys) => {
      const layers = Array.from({ length: 4 }, () => Array.from({ length: 60 }, () => sys.epollCreate1()));
      for (let i = 1; i < 4; i++) {
        for (const above of layers[i] ?? []) for (const below of layers[i - 1] ?? []) add(sys, above, below, EPOLLIN);
      }
      // By paths instead of by instances this would be looks by the hundred million.
      sys.close(layers[0]?.[0] ?? -1);
    });
  });

  test("never in circles; a link that is gone counts no more", async () => {
    await runProgram(async (sys) => {
      const [a, b, c] = [sys.epollCreate1(), sys.epollCreate1(), sys.epollCreate1()];
      add(sys, a, b, EPOLLIN);
      add(sys, b, c, EPOLLIN);
      expect(await outcome(() => add(sys, b, a, EPOLLIN))).toBe("ELOOP");
      expect(await outcome(() => add(sys, c, a, EPOLLIN))).toBe("ELOOP");
      expect(await outcome(() => add(sys, a, a, EPOLLIN))).toBe("EINVAL");
      sys.epollCtl(a, EPOLL_CTL_DEL, b);
      add(sys, c, a, EPOLLIN);
      sys.close(c);
      add(sys, a, b, EPOLLIN);
    });
  });
});

test("what is wrong is refused as on Linux", async () => {
  const { world, alice } = oneHost();
  /** Stands for a regular file, which is always ready. */
  const regular: FileOps = {
    waiters: new WaitQueue(),
    pollable: false,
    read: () => 0,
    write: () => 0,
    poll: () => POLLIN | POLLOUT,
    release: () => {},
    describe: () => ({ type: "REG", node: "1", name: "/file" }),
  };
  const program = async (sys: Sys) => {
    const process = alice.kernel.processes.get(sys.getpid()) as Process;
    const file = alice.kernel.install(process, regular, O_RDWR) as number;
    const ep = sys.epollCreate1(EPOLL_CLOEXEC);
    const fd = sys.eventfd();
    const control = (on: number, operation: number, target: number, events: number | null = EPOLLIN) =>
      outcome(() => sys.epollCtl(on, operation, target, events === null ? undefined : { events }));
    expect(sys.fcntl(ep, F_GETFD)).toBe(FD_CLOEXEC);
    expect(await control(99, EPOLL_CTL_ADD, fd)).toBe("EBADF");
    expect(await control(ep, EPOLL_CTL_ADD, 99)).toBe("EBADF");
    expect(await control(fd, EPOLL_CTL_ADD, 99)).toBe("EBADF");
    expect(await control(fd, EPOLL_CTL_ADD, 0)).toBe("EINVAL");
    expect(await control(ep, EPOLL_CTL_ADD, file)).toBe("EPERM");
    expect(await control(ep, EPOLL_CTL_DEL, file)).toBe("EPERM");
    expect(await control(99, EPOLL_CTL_ADD, fd, null)).toBe("EFAULT");
    expect(await control(ep, 9, fd)).toBe("EINVAL");
    expect(await control(ep, EPOLL_CTL_MOD, fd)).toBe("ENOENT");
    expect(await control(ep, EPOLL_CTL_DEL, fd, null)).toBe("ENOENT");
    expect(await control(ep, EPOLL_CTL_ADD, fd)).toBe(undefined);
    expect(await control(ep, EPOLL_CTL_ADD, fd)).toBe("EEXIST");
    expect(await control(ep, EPOLL_CTL_ADD, sys.dup(fd))).toBe(undefined);
    const exclusive = sys.eventfd();
    expect(await control(ep, EPOLL_CTL_ADD, exclusive, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT)).toBe("EINVAL");
    expect(await control(ep, EPOLL_CTL_ADD, exclusive, EPOLLIN | EPOLLEXCLUSIVE)).toBe(undefined);
    expect(await control(ep, EPOLL_CTL_MOD, exclusive, EPOLLIN)).toBe("EINVAL");
    expect(await control(ep, EPOLL_CTL_ADD, sys.epollCreate1(), EPOLLIN | EPOLLEXCLUSIVE)).toBe("EINVAL");
    for (const eventsMax of [0, -1, 178_956_971, Number.NaN]) {
      expect(await outcome(() => sys.epollWait(ep, eventsMax, 0))).toBe("EINVAL");
    }
    expect(await outcome(() => sys.epollWait(99, 1, 0))).toBe("EBADF");
    expect(await outcome(() => sys.epollWait(fd, 1, 0))).toBe("EINVAL");
    expect(await outcome(() => sys.epollCreate1(1))).toBe("EINVAL");
    expect(await outcome(() => sys.read(ep, new Uint8Array(9)))).toBe("EINVAL");
    expect(await outcome(() => sys.write(ep, "x"))).toBe("EINVAL");
  };
  alice.spawn("program", program);
  expect((await world.run()).crashes).toEqual([]);
});

describe("no wake-up is lost", () => {
  const PIPES = 4;
  const pipe = fc.nat(PIPES - 1);
  const step = fc.oneof(
    fc.record({ do: fc.constant("write" as const), pipe }),
    fc.record({ do: fc.constant("read" as const), pipe }),
    fc.record({ do: fc.constant("hangUp" as const), pipe }),
    fc.record({ do: fc.constant("watch" as const), pipe, mode: fc.constantFrom(0, EPOLLET, EPOLLONESHOT) }),
    fc.record({ do: fc.constant("unwatch" as const), pipe }),
    fc.record({ do: fc.constant("collect" as const), eventsMax: fc.integer({ min: 1, max: PIPES }) }),
  );

  /** What epoll(7) says, reckoned from poll() alone: a level is what poll() says; an edge is a change since last told. */
  test("in any order of calls, epoll and a model over poll() agree on who is ready", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        await runProgram(async (sys) => {
          const ep = sys.epollCreate1();
          const outer = sys.epollCreate1();
          add(sys, outer, ep, EPOLLIN);
          const pipes = Array.from({ length: PIPES }, () => {
            const [readEnd, writeEnd] = sys.pipe();
            return { readEnd, writeEnd, isOpen: true, mode: -1, hasEdge: false };
          });
          const holds = async ({ readEnd }: { readEnd: number }) => {
            const entry = { fd: readEnd, events: POLLIN, revents: 0 };
            await sys.poll([entry], 0);
            return entry.revents;
          };
          const expected = async () => {
            const all = new Map<number, number>();
            for (const each of pipes) {
              const revents = await holds(each);
              const isDue = each.mode === 0 || (each.mode !== -1 && each.hasEdge);
              if (isDue && revents !== 0) all.set(each.readEnd, revents);
            }
            return all;
          };
          for (const each of steps) {
            if (each.do === "collect") {
              const due = await expected();
              expect((await ready(sys, outer)) !== "").toBe(due.size > 0);
              const events = await sys.epollWait(ep, each.eventsMax, 0);
              expect(events).toHaveLength(Math.min(due.size, each.eventsMax));
              for (const { data, events: told } of events) {
                expect(told).toBe(due.get(data));
                for (const one of pipes) if (one.readEnd === data) one.hasEdge = false;
              }
              continue;
            }
            const on = pipes[each.pipe];
            if (on === undefined) continue;
            if (each.do === "write" && on.isOpen) {
              await sys.write(on.writeEnd, "x");
              if (on.mode !== EPOLLONESHOT || on.hasEdge) on.hasEdge = true;
            } else if (each.do === "hangUp" && on.isOpen) {
              sys.close(on.writeEnd);
              on.isOpen = false;
              if (on.mode !== EPOLLONESHOT || on.hasEdge) on.hasEdge = true;
            } else if (each.do === "read" && (await holds(on)) & POLLIN) {
              await sys.read(on.readEnd, new Uint8Array(1));
            } else if (each.do === "watch") {
              sys.epollCtl(ep, on.mode === -1 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, on.readEnd, {
                events: EPOLLIN | each.mode,
              });
              on.mode = each.mode;
              on.hasEdge = each.mode === EPOLLONESHOT || (await holds(on)) !== 0;
            } else if (each.do === "unwatch" && on.mode !== -1) {
              sys.epollCtl(ep, EPOLL_CTL_DEL, on.readEnd);
              on.mode = -1;
            }
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  test("between processes that write and processes that wait, every byte is found", async () => {
    const delays = fc.array(fc.tuple(pipe, fc.nat(3)), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(delays, fc.constantFrom(0, EPOLLET, EPOLLONESHOT), async (writes, mode) => {
        await runProgram(async (sys) => {
          const ep = sys.epollCreate1();
          const pipes = Array.from({ length: PIPES }, () => sys.pipe());
          for (const [readEnd] of pipes) add(sys, ep, readEnd, EPOLLIN | mode);
          for (let writer = 0; writer < 2; writer++) {
            sys.fork(async (child) => {
              for (const [index, [to, delay]] of writes.entries()) {
                if (index % 2 !== writer) continue;
                await child.nanosleep(delay);
                await child.write(pipes[to]?.[1] ?? -1, "x");
              }
            });
          }
          let found = 0;
          while (found < writes.length) {
            // Were a wake-up lost, this would wait for ever: a DeadlockError.
            for (const { data } of await sys.epollWait(ep, 2)) {
              found += await sys.read(data, new Uint8Array(100));
              if (mode === EPOLLONESHOT) sys.epollCtl(ep, EPOLL_CTL_MOD, data, { events: EPOLLIN | mode });
            }
          }
          expect(found).toBe(writes.length);
        });
      }),
      { numRuns: 60 },
    );
  });
});

test("a wait looks at what is ready, not at what is watched", async () => {
  await runProgram(async (sys) => {
    sys.setrlimit(RLIMIT_NOFILE, { soft: 5000, hard: 5000 });
    const ep = sys.epollCreate1();
    let polls = 0;
    const counters = Array.from({ length: 2000 }, () => sys.eventfd());
    for (const fd of counters) add(sys, ep, fd, EPOLLIN);
    const { kernel } = (sys as unknown as { process: Process }).process;
    const { ops } = kernel.processes.get(sys.getpid())?.descriptors.get(counters[5] ?? 0) ?? {};
    const { prototype } = (ops as object).constructor as { prototype: FileOps };
    const { poll } = prototype;
    prototype.poll = function counting(this: FileOps): number {
      polls++;
      return poll.call(this);
    };
    try {
      await sys.write(counters[1500] ?? 0, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
      expect(await ready(sys, ep)).toBe(`${counters[1500]}:${EPOLLIN}`);
    } finally {
      prototype.poll = poll;
    }
    expect(polls).toBe(1);
  });
});

describe("select()", () => {
  test("answers who is ready in each set, and counts each set", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      const both = [writeEnd, readEnd];
      const all = { read: both, write: both, except: both };
      expect(await sys.select(all, 0)).toEqual({ count: 1, read: [], write: [writeEnd], except: [] });
      await sys.write(writeEnd, "x");
      expect(await sys.select({ read: new Set(both), write: [writeEnd] })).toEqual({
        count: 2,
        read: [readEnd],
        write: [writeEnd],
        except: [],
      });
      sys.close(readEnd);
      // An error lets a read return at once, too.
      const result = await sys.select({ read: [writeEnd], write: [writeEnd] }, 0);
      expect([result.count, result.read, result.write]).toEqual([2, [writeEnd], [writeEnd]]);
    });
  });

  test("waits for the first, or for its deadline", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      expect([(await sys.select({ read: [readEnd] }, 1000)).count, seconds(sys)]).toEqual([0, 1]);
      expect([(await sys.select({}, 1000)).count, seconds(sys)]).toEqual([0, 2]);
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.write(writeEnd, "x");
      });
      expect([(await sys.select({ read: [readEnd] })).read, seconds(sys)]).toEqual([[readEnd], 3]);
      await sys.wait();
    });
  });

  test("refuses what is not open", async () => {
    await runProgram(async (sys) => {
      for (const fd of [99, -1, Number.NaN]) expect(await outcome(() => sys.select({ read: [fd] }, 0))).toBe("EBADF");
      expect(await outcome(() => sys.select(null as never, 0))).toBe("EFAULT");
      expect(await outcome(() => sys.select({ read: 3 as never }, 0))).toBe("EFAULT");
    });
  });
});

describe("poll()", () => {
  test("passes over negative descriptors, names closed ones, takes one twice", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      sys.close(readEnd);
      const entries = [-1, 99, writeEnd, writeEnd, 1].map((fd, i) => ({
        fd,
        events: i === 4 ? POLLOUT : 0,
        revents: 5,
      }));
      expect(await sys.poll(entries, 0)).toBe(4);
      expect(entries.map(({ revents }) => revents)).toEqual([0, POLLNVAL, POLLERR, POLLERR, POLLOUT]);
    });
  });

  test("tells a hang-up beside what is left to read", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      await sys.write(writeEnd, "x");
      sys.close(writeEnd);
      const entry = { fd: readEnd, events: POLLIN, revents: 0 };
      expect([await sys.poll([entry]), entry.revents]).toEqual([1, POLLIN | POLLHUP]);
      await sys.read(readEnd, new Uint8Array(1));
      expect([await sys.poll([entry]), entry.revents]).toEqual([1, POLLHUP]);
    });
  });

  test("keeps its deadline to the nanosecond, with nothing to watch, too", async () => {
    await runProgram(async (sys) => {
      expect(await sys.poll([], 2.000001)).toBe(0);
      expect(sys.clockGettime("CLOCK_MONOTONIC").nanoseconds).toBe(2_000_001);
      expect(await sys.poll([{ fd: -1, events: POLLIN }], 1)).toBe(0);
      expect(sys.clockGettime("CLOCK_MONOTONIC").nanoseconds).toBe(3_000_001);
    });
  });

  test("takes as many entries as RLIMIT_NOFILE says, and nothing that is none", async () => {
    await runProgram(async (sys) => {
      const entries = Array.from({ length: 1024 }, () => ({ fd: -1, events: 0 }));
      expect(await sys.poll(entries, 0)).toBe(0);
      expect(await outcome(() => sys.poll([...entries, { fd: 0, events: 0 }], 0))).toBe("EINVAL");
      expect(await outcome(() => sys.poll(null as never, 0))).toBe("EFAULT");
      expect(await outcome(() => sys.poll([null] as never, 0))).toBe("EFAULT");
    });
  });
});

test("dup3() marks the new descriptor, and refuses what dup2() allows", async () => {
  await runProgram(async (sys) => {
    expect(sys.dup3(0, 10, EPOLL_CLOEXEC)).toBe(10);
    expect([sys.fcntl(10, F_GETFD), sys.dup3(0, 10, 0), sys.fcntl(10, F_GETFD)]).toEqual([FD_CLOEXEC, 10, 0]);
    expect(await outcome(() => sys.dup3(0, 0, 0))).toBe("EINVAL");
    expect(await outcome(() => sys.dup3(99, 99, 0))).toBe("EINVAL");
    expect(await outcome(() => sys.dup3(0, 5, 1))).toBe("EINVAL");
    expect(await outcome(() => sys.dup3(99, 5, 0))).toBe("EBADF");
    expect(await outcome(() => sys.dup3(0, 99_999, 0))).toBe("EBADF");
  });
});

describe("POLLRDNORM and POLLWRNORM", () => {
  const ALL = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;

  test("stand beside POLLIN and POLLOUT, but for what only counts", async () => {
    await runProgram(async (sys) => {
      const now = async (fd: number): Promise<number> => {
        const entry = { fd, events: ALL, revents: 0 };
        await sys.poll([entry], 0);
        return entry.revents;
      };
      const [readEnd, writeEnd] = sys.pipe();
      expect(await now(readEnd)).toBe(0);
      expect(await now(writeEnd)).toBe(POLLOUT | POLLWRNORM);
      await sys.write(writeEnd, "x");
      expect(await now(readEnd)).toBe(POLLIN | POLLRDNORM);
      expect(await now(await sys.open("/dev/null", O_RDWR))).toBe(ALL);
      expect(await now(sys.socketpair(AF_UNIX, SOCK_STREAM)[0])).toBe(POLLOUT | POLLWRNORM);
      expect(await now(sys.eventfd(1))).toBe(POLLIN | POLLOUT);
      const ep = sys.epollCreate1();
      add(sys, ep, readEnd, EPOLLIN);
      expect(await now(ep)).toBe(POLLIN | POLLRDNORM);
    });
  });

  test("wake who waits for them alone, by poll and by epoll", async () => {
    await runProgram(async (sys) => {
      const [readEnd, writeEnd] = sys.pipe();
      sys.fork(async (child) => {
        await child.sleep(1);
        await child.write(writeEnd, "x");
        return 0;
      });
      const entry = { fd: readEnd, events: POLLRDNORM, revents: 0 };
      const ep = sys.epollCreate1();
      add(sys, ep, readEnd, POLLRDNORM | EPOLLET);
      expect(await sys.poll([entry], 5000)).toBe(1);
      expect(entry.revents).toBe(POLLRDNORM);
      expect(await sys.epollWait(ep, 1, 5000)).toEqual([{ events: POLLRDNORM, data: readEnd }]);
    });
  });
});
