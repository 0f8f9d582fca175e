/** ipcs, /proc/sysvipc, and queues in the pictures of lsof. The lines are those of Linux 6.18. */
import { formatIpcs, formatLsofTree, IPC_CREAT, O_CREAT, O_RDONLY, O_RDWR, type Sys } from "netloom";
import { expect, test } from "vitest";
import { text } from "./support/ipc.ts";
import { oneHost } from "./support/world.ts";

async function contents(sys: Sys, path: string): Promise<string> {
  const buffer = new Uint8Array(4000);
  return text(buffer.subarray(0, await sys.read(await sys.open(path, O_RDONLY), buffer)));
}

test("objects are listed with their keys, owners and modes", async () => {
  const { world, alice } = oneHost({ epoch: 1_795_646_347_000 });
  const files: string[] = [];
  alice.spawn("program", async (sys) => {
    await sys.msgsnd(sys.msgget(0x1234, IPC_CREAT | 0o640), 1, "hello");
    sys.semget(-1, 3, IPC_CREAT | 0o600);
    sys.shmget(77, 100, IPC_CREAT | 0o666);
    for (const name of sys.readdir("/proc/sysvipc")) files.push(await contents(sys, `/proc/sysvipc/${name}`));
  });
  const { crashes } = await world.run();
  expect(crashes).toEqual([]);
  expect(files.map((file) => file.split("\n")[1])).toEqual([
    "      4660          0   640           5          1     2     0     0     0     0     0 1795646347          0 1795646347",
    "        -1          0   600          3     0     0     0     0          0 1795646347",
    "        77          0   666                   100     2     0      0     0     0     0     0          0          0 1795646347                     0                     0",
  ]);
  expect(formatIpcs(alice.ipcs())).toBe(`------ Message Queues --------
key         id  owner  perms  used-bytes  messages
0x00001234  0   0      640    5           1

------ Shared Memory Segments --------
key         id  owner  perms  bytes  nattch
0x0000004d  0   0      666    100    0

------ Semaphore Arrays --------
key         id  owner  perms  nsems
0xffffffff  0   0      600    3
`);
});

test("a POSIX queue is drawn with its messages behind the descriptors that lead to it", async () => {
  const { world, alice } = oneHost();
  let drawn = "";
  alice.spawn("sender", async (sys) => {
    const mqd = sys.mqOpen("/jobs", O_CREAT | O_RDWR, 0o600, { maxmsg: 4, msgsize: 100 });
    await sys.mqSend(mqd, "later");
    await sys.mqSend(mqd, "at once, please: print", 9);
    drawn = formatLsofTree(alice.lsofTree());
    expect(alice.lsof().at(-1)).toMatchObject({ fd: 3, type: "REG", name: "/dev/mqueue/jobs" });
  });
  const { crashes } = await world.run();
  expect(crashes).toEqual([]);
  expect(drawn).toContain("3u ◀─▶ /dev/mqueue/jobs (FD_CLOEXEC)");
  expect(drawn).toContain(`/dev/mqueue/jobs: sender[2] 3u, 27 of 400 bytes
      └─ messages, 2 of 4
         ├─ priority 9: "at once, please:…", 22 bytes
         └─ priority 0: "later", 5 bytes`);
});
