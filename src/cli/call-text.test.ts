import { expect, test } from "vitest";
import {
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  ICMP_FILTER,
  IP_MTU_DISCOVER,
  IPPROTO_IP,
  IPPROTO_TCP,
  RLIMIT_NOFILE,
  SO_LINGER,
  SOL_RAW,
  SOL_SOCKET,
  TCP_CONGESTION,
} from "../entry-node.ts";
import { type CallEvent, formatCall } from "./call-text.ts";

const text = (call: string, args: readonly unknown[], result: unknown) =>
  formatCall({ timeNs: 0, host: "alice", step: "kernel/call", pid: 2, process: "p", call, args, result } as CallEvent);

test("waiting for many reads as strace writes it", () => {
  expect(text("epoll_ctl", [3, EPOLL_CTL_ADD, 4, EPOLLIN | EPOLLET], 0)).toBe(
    "epoll_ctl(3, EPOLL_CTL_ADD, 4, EPOLLIN|EPOLLET) = 0",
  );
  expect(text("epoll_ctl", [3, EPOLL_CTL_DEL, 4], "ENOENT")).toBe(
    "epoll_ctl(3, EPOLL_CTL_DEL, 4) = -1 ENOENT (no such file or directory)",
  );
  expect(text("epoll_wait", [3, 8, -1], [{ events: EPOLLIN | EPOLLHUP, data: 4 }])).toBe(
    "epoll_wait(3, 8, no limit) = [4: EPOLLIN|EPOLLHUP]",
  );
  expect(text("epoll_wait", [3, 8, 20], [])).toBe("epoll_wait(3, 8, 20 ms) = []");
  expect(text("select", [5], { count: 0, read: [], write: [], except: [] })).toMatch(/^select\(5 ms\) = /);
});

test("timers and limits are written with their names and units", () => {
  const spec = { value: { seconds: 1, nanoseconds: 0 }, interval: { seconds: 0, nanoseconds: 5 } };
  expect(text("timerfd_gettime", [3], spec)).toBe("timerfd_gettime(3) = 1.000000000 s, every 0.000000005 s");
  expect(text("setrlimit", [RLIMIT_NOFILE, { soft: 3, hard: 4 }], 0)).toBe(
    'setrlimit(RLIMIT_NOFILE, {"soft":3,"hard":4}) = 0',
  );
});

test("a socket option has the name that its number has on its level", () => {
  expect(text("getsockopt", [3, SOL_SOCKET, SO_LINGER], 0)).toBe("getsockopt(3, SOL_SOCKET, SO_LINGER) = 0");
  expect(text("getsockopt", [3, IPPROTO_TCP, TCP_CONGESTION], 0)).toBe(
    "getsockopt(3, IPPROTO_TCP, TCP_CONGESTION) = 0",
  );
  expect(text("setsockopt", [3, IPPROTO_IP, IP_MTU_DISCOVER, 2], 0)).toBe(
    "setsockopt(3, IPPROTO_IP, IP_MTU_DISCOVER, 2) = 0",
  );
  expect(text("getsockopt", [3, SOL_RAW, ICMP_FILTER], 0)).toBe("getsockopt(3, SOL_RAW, ICMP_FILTER) = 0");
  expect(text("getsockopt", [3, IPPROTO_TCP, 999], "ENOPROTOOPT")).toMatch(/^getsockopt\(3, IPPROTO_TCP, 999\) = -1/);
});
