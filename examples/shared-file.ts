/**
 * A file that several processes share under a lock.
 *
 * Four clerks book deposits into one account, which is a number in a file. Booking is: read, add, write; between the reading
 * and the writing another clerk may come. With a lock of flock(2) around it each deposit counts. Without one they overwrite
 * each other, as the second bank shows.
 *
 * Run it: npx netloom run examples/shared-file.ts
 *
 * Manual pages: open(2), flock(2), lseek(2), fork(2), wait(2).
 */
import { LOCK_EX, LOCK_UN, O_CREAT, O_RDWR, O_TRUNC, type Sys, type World } from "netloom";

const ACCOUNT = "/tmp/account";
const STDOUT = 1;
const CLERKS = 4;
const DEPOSITS = 25;

/** Reads the number in the file, from its beginning. */
async function balance(sys: Sys, fd: number): Promise<number> {
  const buffer = new Uint8Array(20);
  const bytes = sys.pread(fd, buffer, 0);
  return Number(new TextDecoder().decode(buffer.subarray(0, bytes)));
}

/** Books one unit at a time; each takes a while. */
async function clerk(sys: Sys, mode?: string): Promise<void> {
  const fd = await sys.open(ACCOUNT, O_RDWR); // an open of its own: the lock is the description's
  for (let i = 0; i < DEPOSITS; i++) {
    if (mode !== "unlocked") await sys.flock(fd, LOCK_EX);
    const before = await balance(sys, fd);
    await sys.sleep(0.01); // thinking
    sys.pwrite(fd, String(before + 1), 0);
    if (mode !== "unlocked") await sys.flock(fd, LOCK_UN);
  }
}

/** Opens the account, sends the clerks to work, and counts at the end. */
async function bank(sys: Sys, mode: string = "locked"): Promise<void> {
  const fd = await sys.open(ACCOUNT, O_RDWR | O_CREAT | O_TRUNC, 0o600);
  await sys.write(fd, "0");

  for (let i = 0; i < CLERKS; i++) sys.fork(clerk, mode);
  for (let i = 0; i < CLERKS; i++) await sys.wait();

  await sys.write(STDOUT, `${mode}: ${CLERKS * DEPOSITS} deposits, the balance is ${await balance(sys, fd)}\n`);
}

/** One machine, and the same work with and without the lock. */
export default async function sharedFile(world: World): Promise<void> {
  const alice = world.host("alice");
  for (const mode of ["locked", "unlocked"]) {
    alice.spawn("bank", bank, { args: [mode] });
    await world.run();
  }
}
