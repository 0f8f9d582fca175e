/** Scenes about users and groups. Read first: credentials(7), setresuid(2). */
import { O_CREAT, O_RDONLY, O_RDWR, O_WRONLY, R_OK, SIGTERM, W_OK } from "netloom";
import { access, chmod, chown, mkdir, open, stat, unlink } from "../calls/files.ts";
import { fork } from "../calls/processes.ts";
import { kill } from "../calls/signals.ts";
import { getresuid, seteuid, setgid, setgroups, setresuid, setreuid, setuid } from "../calls/users.ts";
import { ends, p0, p1, type Suite, scene } from "../scene.ts";

export const users: Suite = {
  subject: "users",
  needs: ["users"],
  scenes: [
    scene("root gives its rights up for a while, and takes them back", [
      p0(seteuid(1000), "0"),
      p0(getresuid(), "0 1000 0"),
      p0(setuid(1001), "EPERM"),
      p0(seteuid(0), "0"),
      p0(getresuid(), "0 0 0"),
    ]),
    scene("root gives its rights up for good", [
      p0(setuid(1000), "0"),
      p0(getresuid(), "1000 1000 1000"),
      p0(seteuid(0), "EPERM"),
      p0(setreuid(-1, 0), "EPERM"),
      p0(setresuid(0, 0, 0), "EPERM"),
      p0(setgroups([]), "EPERM"),
    ]),
    scene("a file is its owner's", [
      p0(open("secret", O_RDWR | O_CREAT, 0o600), "3"),
      p0(seteuid(1000), "0"),
      p0(open("secret", O_RDONLY), "EACCES"),
      p0(chmod("secret", 0o666), "EPERM"),
      p0(chown("secret", 1000, -1), "EPERM"),
      p0(open("own", O_RDWR | O_CREAT, 0o400), "4"),
      p0(stat("own"), "mode 0100400 nlink 1 owner 1000:0 size 0"),
      p0(open("own", O_WRONLY), "EACCES"),
      p0(chmod("own", 0o600), "0"),
      p0(open("own", O_WRONLY), "5"),
    ]),
    scene("access asks for the real user", [
      p0(open("a", O_RDWR | O_CREAT, 0o600), "3"),
      p0(seteuid(1000), "0"),
      p0(access("a", R_OK | W_OK), "0"),
      p0(open("a", O_RDONLY), "EACCES"),
      p0(seteuid(0), "0"),
      p0(setresuid(1000, 0, 0), "0"),
      p0(access("a", R_OK), "EACCES"),
      p0(open("a", O_RDONLY), "4"),
    ]),
    scene("in a sticky directory only one's own names are removed", [
      p0(mkdir("tmp"), "0"),
      p0(chmod("tmp", 0o1777), "0"),
      p0(open("tmp/a", O_RDWR | O_CREAT, 0o666), "3"),
      p0(seteuid(1000), "0"),
      p0(unlink("tmp/a"), "EPERM"),
      p0(open("tmp/b", O_RDWR | O_CREAT, 0o666), "4"),
      p0(unlink("tmp/b"), "0"),
    ]),
    scene("a signal needs the same user", [
      p0(fork(1), "p1"),
      p1(setgid(1000), "0"),
      p1(setuid(1000), "0"),
      p1(kill("p0", 0), "EPERM"),
      p1(kill("p0", SIGTERM), "EPERM"),
      p0(kill("p1", SIGTERM), "0", { p1: ends }),
    ]),
  ],
};
