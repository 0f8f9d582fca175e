/** Direct messages: sender and receiver meet, and nothing is stored between them. */
import type { Sys } from "netloom";
import { type Channel, type End, errnoOf, type Finding, observe, type Role } from "./channel.ts";
import * as experiments from "./experiments.ts";

/** An end sends by msgSend, and answers each request with nothing as soon as it has it. */
function directEnd(sys: Sys, partner: string): End {
  const send = (data: Uint8Array) => sys.msgSend(sys.msgLocate(partner), data);
  return {
    sys,
    send,
    receive: async () => {
      const { pid, data } = await sys.msgReceive();
      sys.msgReply(pid);
      return data;
    },
    // There is no msgSend that does not wait: one that has not come back after a second would wait.
    trySend: (data) => Promise.race([send(data).then(() => true), sys.sleep(1).then(() => false)]),
  };
}

const open: Channel["open"] = (scene, first, second) => {
  const party = (own: string, partner: string, role: Role) => {
    return async (sys: Sys): Promise<void> => {
      sys.msgAttach(own);
      await sys.sleep(0.001);
      await role(directEnd(sys, partner));
    };
  };
  scene.first.spawn("first", party("first", "second", first), { daemon: true });
  scene.first.spawn("second", party("second", "first", second), { daemon: true });
};

/** One way, request and reply, and both ways at once: the three uses. */
async function threeWays(): Promise<Finding> {
  const bothWays = await experiments.directionality(direct);
  const [oneWay, requestReply] = await observe(async (sys) => {
    const server = sys.fork(async (child) => {
      child.msgReply((await child.msgReceive()).pid);
      child.msgReply((await child.msgReceive()).pid, "answer");
    });
    return [(await sys.msgSend(server, "x")).bytes, (await sys.msgSend(server, "request")).bytes];
  });
  if (oneWay !== 0 || requestReply !== "answer".length || bothWays.value !== "duplex") {
    throw new Error(`answers of ${oneWay} and ${requestReply} bytes; both ways it is ${bothWays.value}`);
  }
  return {
    value: "duplex",
    detail: "simplex with empty answers, half-duplex as request and reply",
  };
}

const direct: Channel = {
  name: "rendezvous",
  title: "Direct message (rendezvous)",
  group: "messages",
  manual: "the calls msgSend(), msgReceive(), msgReply()",
  summary: "sender and receiver name each other and meet; nothing is stored in between",
  drawing: `
  client             server
  msgSend(pid) ──▶ msgReceive     simplex: the answer is empty
       ┊               │          half-duplex: request and reply
  goes on      ◀── msgReply(pid)  duplex: each sends, and each receives`,
  open,
  addressing: {
    text: "a process id, or a name for it",
    make: async (sys) => {
      // msgSend ends for those who may send; what they get is nothing.
      sys.msgAttach("server", 0o600);
      sys.msgReceive().then(({ pid }) => sys.msgReply(pid));
    },
    join: async (sys) => sys.msgSend(sys.msgLocate("server"), "x"),
  },
  connection: async () => {
    const code = await observe(async (sys) => {
      const gone = sys.fork(async () => {});
      await sys.wait();
      return errnoOf(() => sys.msgSend(gone, "x"));
    });
    return { value: "connectionless", detail: `each message names its recipient; one that has ended is ${code}` };
  },
  capacity: { unitBytes: 100, of: "messages" },
  own: { directionality: threeWays },
  waitsToReceive: "nobody sends",
  waitsToSend: "the receiver has not answered",
};

export const rendezvous: readonly Channel[] = [direct];
