/** Urgent data on Unix-domain streams: each dialogue was played on Linux 6.18, with these results. */
import {
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_WAITALL,
  POLLIN,
  POLLOUT,
  POLLPRI,
  SHUT_WR,
  SIOCATMARK,
  SO_OOBINLINE,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
} from "netloom";
import { expect, test } from "vitest";
import { runProgram } from "./support/world.ts";

/** "!ab" sends with MSG_OOB; "5" receives up to so many, "5o" with MSG_OOB, "5p" with MSG_PEEK, "5w" MSG_WAITALL; "@" tells mark and POLLPRI. */
async function play(sys: Sys, steps: string, inline: boolean = false): Promise<string> {
  const [a, b] = sys.socketpair(AF_UNIX, SOCK_STREAM);
  if (inline) sys.setsockopt(b, SOL_SOCKET, SO_OOBINLINE, 1);
  const results: string[] = [];
  for (const step of steps.split(" ")) {
    if (step === "@") {
      const watched = [{ fd: b, events: POLLIN | POLLPRI | POLLOUT, revents: 0 }];
      await sys.poll(watched, 0);
      results.push(`${sys.ioctl(b, SIOCATMARK)}/${watched[0]?.revents}`);
    } else if (step === "shut") {
      sys.shutdown(a, SHUT_WR);
    } else if (/^\d/.test(step)) {
      const how = { o: MSG_OOB, p: MSG_PEEK, q: MSG_OOB | MSG_PEEK, w: MSG_WAITALL }[step.at(-1) as "o"] ?? 0;
      const buffer = new Uint8Array(Number.parseInt(step, 10));
      const bytes = sys.recv(b, buffer, how | MSG_DONTWAIT);
      results.push(
        await bytes.then(
          (count) => `'${new TextDecoder().decode(buffer.subarray(0, count))}'`,
          (error) => error.code,
        ),
      );
    } else {
      const isUrgent = step.startsWith("!");
      await sys.send(a, step.slice(Number(isUrgent)), (isUrgent ? MSG_OOB : 0) | MSG_DONTWAIT | MSG_NOSIGNAL);
    }
  }
  return results.join(" ");
}

const DIALOGUES: readonly (readonly [steps: string, results: string])[] = [
  ["@ 1o", "0/4 EINVAL"],
  ["!hello @ 10 @ 10 @ 1o 10", "0/7 'hell' 1/7 EAGAIN 0/4 EINVAL EAGAIN"],
  ["!hello 1q @ 1o @ 1o 10 @ 10", "'o' 0/7 'o' 0/5 EINVAL 'hell' 1/5 EAGAIN"],
  ["ab !c de @ 10p 10 @ 10p 10 @ 1o 10", "0/7 'ab' 'ab' 1/7 'de' 'de' 0/4 EINVAL EAGAIN"],
  ["!ab !cd @ 10 @ 10 @ 1o", "0/7 'abc' 1/7 EAGAIN 0/4 EINVAL"],
  ["!ab !cd 1o @ 10 @ 10", "'d' 0/5 'abc' 1/5 EAGAIN"],
  ["!a @ 10 @ 10 b @ 10", "1/7 EAGAIN 0/4 EAGAIN 0/5 'b'"],
  ["!a b @ 10 @ 10 1o", "1/7 'b' 0/4 EAGAIN EINVAL"],
  ["!a b 1o @ 10", "'a' 1/5 'b'"],
  ["ab !c 1o @ d 10 @ 10", "'c' 0/5 'ab' 1/5 'd'"],
  ["ab !c 1o !d @ 10 @ 1o @ 10", "'c' 0/7 'ab' 1/7 'd' 1/5 EAGAIN"],
  ["!a shut 1o 1o 5", "'a' EINVAL ''"],
  ["ab !c de 2 @ 1 1 @", "'ab' 1/7 'd' 'e' 0/4"],
  ["ab !c de 10w @ 10w", "'ab' 1/7 'de'"],
  ["ab !c 3p 2p 2 3p @ 3 @", "'ab' 'ab' 'ab' EAGAIN 1/7 EAGAIN 0/4"],
];

test.each(DIALOGUES)("%s", async (steps, results) => {
  await runProgram(async (sys) => {
    expect(await play(sys, steps)).toBe(results);
    return 0;
  });
});

test.each([
  ["ab !c de @ 1o 10 @ 10 @", "0/7 EINVAL 'ab' 1/7 'cde' 0/4"],
  ["!c @ 10 @", "1/7 'c' 0/4"],
  ["!abc de 10p 10 @ 10p 1 @ 10", "'ab' 'ab' 1/7 'cde' 'c' 0/5 'de'"],
])("SO_OOBINLINE: %s", async (steps, results) => {
  await runProgram(async (sys) => {
    expect(await play(sys, steps, true)).toBe(results);
    return 0;
  });
});

test("what has no urgent data, or none to send", async () => {
  await runProgram(async (sys) => {
    const buffer = new Uint8Array(1);
    for (const type of [SOCK_DGRAM, SOCK_SEQPACKET]) {
      const [a, b] = sys.socketpair(AF_UNIX, type);
      await expect(sys.send(a, "a", MSG_OOB)).rejects.toThrow("EOPNOTSUPP");
      await expect(sys.recv(b, buffer, MSG_OOB)).rejects.toThrow("EOPNOTSUPP");
      expect(() => sys.ioctl(a, SIOCATMARK)).toThrow("EOPNOTSUPP");
    }
    const [a, b] = sys.socketpair(AF_UNIX, SOCK_STREAM);
    await expect(sys.send(a, "", MSG_OOB)).rejects.toThrow("EOPNOTSUPP");
    await expect(sys.recv(sys.socket(AF_UNIX, SOCK_STREAM), buffer, MSG_OOB)).rejects.toThrow("EINVAL");
    await expect(sys.send(sys.socket(AF_UNIX, SOCK_STREAM), "a", MSG_OOB)).rejects.toThrow("ENOTCONN");
    // An urgent byte that was read is nothing that is lost with the socket; one that was not read is.
    await sys.send(a, "a", MSG_OOB);
    await sys.recv(b, buffer, MSG_OOB);
    sys.close(b);
    expect(await sys.recv(a, buffer)).toBe(0);
    return 0;
  });
});
