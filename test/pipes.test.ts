/** Pipes between processes: who gets room first, and what ends a write that waits. */
import { F_GETFL, F_SETFL, O_NONBLOCK, SA_RESTART, SIGCONT, SIGPIPE, SIGSTOP, type Sys, WTERMSIG } from "netloom";
import { expect, test } from "vitest";
import { runProgram } from "./support/world.ts";

const PAGE = 4096;
const CAPACITY = 16 * PAGE;

/** Reads so many bytes and says whose they are: "aab", a letter for each page. */
async function pages(sys: Sys, fd: number, count: number): Promise<string> {
  let text = "";
  for (let page = 0; page < count; page++) {
    const buffer = new Uint8Array(PAGE);
    expect(await sys.read(fd, buffer)).toBe(PAGE);
    text += String.fromCharCode(buffer[0] as number);
    // The writers have their turn before the next page is read.
    await sys.nanosleep(1);
  }
  return text;
}

test("writers that wait take turns, page by page", async () => {
  await runProgram(async (sys) => {
    const [readFd, writeFd] = sys.pipe();
    await sys.write(writeFd, new Uint8Array(CAPACITY).fill(46));
    for (const letter of ["a", "b"]) {
      sys.fork(async (child) => {
        expect(await child.write(writeFd, letter.repeat(3 * PAGE))).toBe(3 * PAGE);
      });
    }
    await sys.nanosleep(1);
    expect(await pages(sys, readFd, 16 + 6)).toBe(`${".".repeat(16)}ababab`);
  });
});

test("O_NONBLOCK that is set while a write waits ends it, with what went in by then", async () => {
  await runProgram(async (sys) => {
    const [readFd, writeFd] = sys.pipe();
    const child = sys.fork(async (writer) => {
      expect(await writer.write(writeFd, new Uint8Array(CAPACITY + 2 * PAGE))).toBe(CAPACITY + PAGE);
    });
    await sys.nanosleep(1);
    sys.fcntl(writeFd, F_SETFL, sys.fcntl(writeFd, F_GETFL) | O_NONBLOCK);
    await sys.read(readFd, new Uint8Array(PAGE));
    expect(await sys.waitpid(child)).toEqual({ pid: child, status: 0 });
  });
});

test("a write that waits never comes back when SIGPIPE ends its process", async () => {
  await runProgram(async (sys) => {
    const [readFd, writeFd] = sys.pipe();
    let cameBack = false;
    const child = sys.fork(async (writer) => {
      writer.close(readFd);
      await writer.write(writeFd, new Uint8Array(CAPACITY + 1)).finally(() => {
        cameBack = true;
      });
    });
    await sys.nanosleep(1);
    sys.close(readFd);
    expect(WTERMSIG((await sys.waitpid(child)).status)).toBe(SIGPIPE);
    await sys.nanosleep(1);
    expect(cameBack).toBe(false);
  });
});

test.each([
  ["a handler with SA_RESTART", [10]],
  ["a stop", [SIGSTOP, SIGCONT]],
])("a write that has placed a part is not begun again after %s: it answers the part", async (_, signals) => {
  await runProgram(async (sys) => {
    const [readFd, writeFd] = sys.pipe();
    const child = sys.fork(async (writer) => {
      writer.sigaction(10, { handler: () => {}, flags: SA_RESTART });
      expect(await writer.write(writeFd, new Uint8Array(CAPACITY + 1))).toBe(CAPACITY);
    });
    await sys.nanosleep(1);
    for (const signo of signals) await sys.kill(child, signo);
    expect(await sys.waitpid(child)).toEqual({ pid: child, status: 0 });
    sys.close(readFd);
  });
});
