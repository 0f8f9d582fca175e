/**
 * The programs of a course on interprocess communication, as processes on three machines:
 *
 *     alice 10.0.0.1 ───lan─── 10.0.0.2 bob 10.0.1.1 ───cable─── 10.0.1.2 carol
 *
 * 1. A receiver and a sender of datagrams, on two machines of one Ethernet.
 * 2. The same with the sender behind a gateway: bob forwards what carol sends to alice.
 * 3. A child that writes to its parent through a pipe.
 *
 * Run it:   npm start                    in this repository, or  npx netloom run
 * Your own: copy this file, change it, and  npx netloom run my-scenario.ts
 *
 * Each system call has its manual page: socket(2), bind(2), recvfrom(2), sendto(2), pipe(2), fork(2), wait(2).
 */
import { AF_INET, SOCK_DGRAM, type Sys, WEXITSTATUS, type World } from "netloom";

/** The assigned port of the echo service. */
const PORT = 7;
const STDOUT = 1;

/** Receives one datagram. */
async function receiver(sys: Sys): Promise<void> {
  const s = sys.socket(AF_INET, SOCK_DGRAM);
  sys.bind(s, { address: "10.0.0.1", port: PORT });

  const buf = new Uint8Array(100);
  const { bytes, source: sourceAddress } = await sys.recvfrom(s, buf);
  await sys.write(STDOUT, `"${text(buf, bytes)}" came from ${sourceAddress.address}\n`);

  sys.close(s);
}

/** Sends one datagram to the receiver. */
async function sender(sys: Sys): Promise<void> {
  const s = sys.socket(AF_INET, SOCK_DGRAM);

  const buf = `greetings from ${sys.gethostname()}`;
  const targetAddress = { address: "10.0.0.1", port: PORT };
  await sys.sendto(s, buf, targetAddress);

  sys.close(s);
}

/** Makes a pipe and a child, and reads what the child writes. */
async function parent(sys: Sys): Promise<void> {
  const m = new TextEncoder().encode("message for parent\0");
  const y = new Uint8Array(100);

  const fd = sys.pipe(); // create pipe
  sys.fork(async (sys) => {
    // child executes this
    sys.close(fd[0]); // close read end of pipe
    await sys.write(fd[1], m.subarray(0, 19));
    return 3;
  });

  // parent executes this
  sys.close(fd[1]); // close write end of pipe
  const bytes = await sys.read(fd[0], y);
  await sys.write(STDOUT, `read ${bytes} bytes: ${text(y, bytes - 1)}\n`);

  // Nobody holds the write end any more: the next read finds the end of the file.
  await sys.read(fd[0], y);
  const { status } = await sys.wait();
  await sys.write(STDOUT, `the child's exit status was ${WEXITSTATUS(status)}\n`);
}

function text(buffer: Uint8Array, bytes: number): string {
  return new TextDecoder().decode(buffer.subarray(0, bytes));
}

/** Three machines, and one program after the other. */
export default async function course(world: World): Promise<void> {
  const lan = world.segment("lan");
  const cable = world.cable({ name: "cable" });
  const alice = world.host("alice");
  const bob = world.host("bob");
  const carol = world.host("carol");

  alice.attach(lan, "10.0.0.1/24");
  bob.attach(lan, "10.0.0.2/24");
  bob.attach(cable, "10.0.1.1/24");
  carol.attach(cable, "10.0.1.2/24");
  bob.forwarding = true;
  alice.route("10.0.1.0/24", { via: "10.0.0.2" });
  carol.route("default", { via: "10.0.1.1" });

  alice.spawn("receiver", receiver);
  bob.spawn("sender", sender);
  await world.run();

  alice.spawn("receiver", receiver);
  carol.spawn("sender", sender);
  await world.run();

  alice.spawn("pipe", parent);
  await world.run();
}
