/**
 * The dining philosophers: five semaphores are five forks, and each philosopher needs the two beside the plate.
 *
 * Those who take both forks by one semop() wait for both at once, and all get to eat. Those who take the left one first and the
 * right one after some thinking end with a fork in each left hand: nobody can ever go on, and the run ends with a DeadlockError,
 * which names who waits for what.
 *
 * Run it: npx netloom run examples/dining-philosophers.ts
 *
 * Manual pages: semget(2), semop(2), semctl(2).
 */
import { IPC_CREAT, SETALL, type Sys, type World } from "netloom";

const STDOUT = 1;
const SEATS = 5;
const MEALS = 3;

const take = (num: number) => ({ num, op: -1 });
const putBack = (num: number) => ({ num, op: 1 });

async function philosopher(sys: Sys, seat: string = "0", manners: string = ""): Promise<void> {
  const forks = sys.semget(1, SEATS, 0);
  const left = Number(seat);
  const right = (left + 1) % SEATS;
  for (let meal = 0; meal < MEALS; meal++) {
    if (manners === "polite") {
      await sys.semop(forks, [take(left), take(right)]); // both at once, or neither
    } else {
      await sys.semop(forks, [take(left)]);
      await sys.sleep(0.1); // and now everybody has one
      await sys.semop(forks, [take(right)]);
    }
    await sys.sleep(1); // eating
    await sys.semop(forks, [putBack(left), putBack(right)]);
  }
}

async function host(sys: Sys, manners: string = ""): Promise<void> {
  const forks = sys.semget(1, SEATS, IPC_CREAT | 0o600);
  sys.semctl(forks, 0, SETALL, Array<number>(SEATS).fill(1));
  for (let seat = 0; seat < SEATS; seat++) sys.fork(philosopher, String(seat), manners);
  for (let seat = 0; seat < SEATS; seat++) await sys.wait();
  const { seconds } = sys.clockGettime("CLOCK_MONOTONIC");
  await sys.write(STDOUT, `${manners}: all have eaten ${MEALS} times after ${seconds} s\n`);
}

export default async function diningPhilosophers(world: World): Promise<void> {
  const alice = world.host("alice");
  for (const manners of ["polite", "greedy"]) {
    alice.spawn("host", host, { args: [manners] });
    await world.run(); // ends with a DeadlockError for the greedy ones
  }
}
