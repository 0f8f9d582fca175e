/** Scenes about named pipes. Read first: fifo(7). */
import { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY, POLLIN, SA_RESTART, SIGCONT, SIGSTOP, SIGUSR1 } from "netloom";
import { close, poll, read, write } from "../calls/descriptors.ts";
import { lstat, mkfifo, open, rename, unlink } from "../calls/files.ts";
import { exit, fork } from "../calls/processes.ts";
import { kill, sigaction } from "../calls/signals.ts";
import { ends, goesOn, p0, p1, p2, type Suite, scene, stops, waits } from "../scene.ts";

const begin = [p0(mkfifo("f"), "0"), p0(fork(1), "p1")];

export const fifos: Suite = {
  subject: "FIFOs",
  scenes: [
    scene("a reader's open waits for a writer", [
      ...begin,
      p0(open("f", O_RDONLY), waits),
      p1(open("f", O_WRONLY), "3", { p0: "3" }),
      p1(write(3, "hello"), "5"),
      p0(read(3, 50), '5 bytes "hello"'),
    ]),
    scene("a writer's open waits for a reader", [
      ...begin,
      p0(open("f", O_WRONLY), waits),
      p1(open("f", O_RDONLY), "3", { p0: "3" }),
    ]),
    scene("one writer lets every reader in who waits", [
      ...begin,
      p0(fork(2), "p2"),
      p0(open("f", O_RDONLY), waits),
      p1(open("f", O_RDONLY), waits),
      p2(open("f", O_WRONLY), "3", { p0: "3", p1: "3" }),
    ]),
    scene("with O_NONBLOCK a reader is let in at once, and a writer refused: ENXIO", [
      ...begin,
      p0(open("f", O_WRONLY | O_NONBLOCK), "ENXIO"),
      p0(open("f", O_RDONLY | O_NONBLOCK), "3"),
      p0(read(3, 1), "0 bytes"),
      p1(open("f", O_WRONLY | O_NONBLOCK), "3"),
      p0(read(3, 1), "EAGAIN"),
    ]),
    scene("who opens it for both waits for nobody", [
      p0(mkfifo("f"), "0"),
      p0(open("f", O_RDWR), "3"),
      p0(write(3, "self"), "4"),
      p0(read(3, 50), '4 bytes "self"'),
    ]),
    scene("the end of all writers is end-of-file, until the next one comes", [
      ...begin,
      p0(open("f", O_RDONLY | O_NONBLOCK), "3"),
      p1(open("f", O_WRONLY), "3"),
      p1(write(3, "one"), "3"),
      p1(close(3), "0"),
      p0(read(3, 50), '3 bytes "one"'),
      p0(read(3, 50), "0 bytes"),
      p1(open("f", O_WRONLY), "3"),
      p1(write(3, "two"), "3"),
      p0(read(3, 50), '3 bytes "two"'),
    ]),
    scene("what is in it is lost with the last one who has it open, and the name stays", [
      p0(mkfifo("f"), "0"),
      p0(open("f", O_RDWR), "3"),
      p0(write(3, "lost"), "4"),
      p0(close(3), "0"),
      p0(open("f", O_RDONLY | O_NONBLOCK), "3"),
      p0(read(3, 50), "0 bytes"),
    ]),
    scene("an unlinked one goes on for those who have it open, and no other comes in", [
      ...begin,
      p0(open("f", O_RDWR), "3"),
      p0(unlink("f"), "0"),
      p1(open("f", O_RDONLY), "ENOENT"),
      p0(write(3, "still"), "5"),
      p0(read(3, 50), '5 bytes "still"'),
      p0(lstat("f"), "ENOENT"),
    ]),
    scene("a name is made once", [p0(mkfifo("f"), "0"), p0(mkfifo("f"), "EEXIST"), p0(mkfifo("no/f"), "ENOENT")]),
    scene("a handler interrupts an open that waits, without SA_RESTART", [
      p0(sigaction(SIGUSR1, "handler"), "0"),
      ...begin,
      p0(open("f", O_RDONLY), waits),
      p1(kill("p0", SIGUSR1), "0", { p0: "EINTR" }),
      p1(open("f", O_WRONLY | O_NONBLOCK), "ENXIO"),
    ]),
    scene("an open that is restarted looks the path up again", [
      p0(sigaction(SIGUSR1, "handler", SA_RESTART), "0"),
      ...begin,
      p0(open("f", O_RDONLY), waits),
      p1(rename("f", "g"), "0"),
      p1(kill("p0", SIGUSR1), "0", { p0: "ENOENT" }),
    ]),
    scene("an open that waits does not count while its process is stopped", [
      ...begin,
      p0(open("f", O_RDONLY), waits),
      p1(kill("p0", SIGSTOP), "0", { p0: stops }),
      p1(open("f", O_WRONLY | O_NONBLOCK), "ENXIO"),
      p1(kill("p0", SIGCONT), "0", { p0: goesOn }),
      p1(open("f", O_WRONLY | O_NONBLOCK), "3", { p0: "3" }),
    ]),
    scene("a reader whose writers have not come yet is not hung up on", [
      ...begin,
      p0(open("f", O_RDONLY | O_NONBLOCK), "3"),
      p0(poll([{ fd: 3, events: POLLIN }], 0), "0 ready: 0"),
      p1(open("f", O_WRONLY), "3"),
      p1(exit(0), ends),
      p0(poll([{ fd: 3, events: POLLIN }], 0), "1 ready: 16"),
    ]),
  ],
};
