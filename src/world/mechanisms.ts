/**
 * The table of properties, as observed: written by `npm run mechanisms`, from the experiments in test/properties/.
 */
import type { Mechanism } from "./mechanism.ts";

/** One row for each mechanism of interprocess communication. */
export const MECHANISMS: readonly Mechanism[] = [
  {
    name: "pipe",
    title: "Pipe",
    group: "streams",
    manual: "pipe(2), pipe(7)",
    summary: "an object in the kernel with a write end and a read end, each a descriptor",
    drawing: "  process        kernel          process\n  write(fd) ──▶ [ bytes … ] ──▶ read(fd)",
    properties: {
      addressing: {
        value: "none: descriptors",
      },
      directionality: {
        value: "simplex",
      },
      boundaries: {
        value: "stream",
      },
      connection: {
        value: "connected from the start",
        detail: "without a reader, EPIPE",
      },
      capacity: {
        value: "65,536 bytes",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "related processes",
        detail: "ends are inherited, or passed over a Unix-domain socket",
      },
    },
    blocking: [
      {
        call: "read",
        when: "there is nothing to receive",
      },
      {
        call: "write",
        when: "there is no room",
      },
    ],
  },
  {
    name: "fifo",
    title: "Named pipe (FIFO)",
    group: "streams",
    manual: "mkfifo(3), fifo(7)",
    summary: "a pipe with a name in the file tree; it stays until it is unlinked",
    drawing:
      "  process                 /tmp/channel            process\n  open, write(fd) ──▶ [ bytes … ] ──▶ open, read(fd)",
    properties: {
      addressing: {
        value: "a path",
      },
      directionality: {
        value: "simplex",
      },
      boundaries: {
        value: "stream",
      },
      connection: {
        value: "connected by open()",
        detail: "without a reader, ENXIO or a wait",
      },
      capacity: {
        value: "65,536 bytes",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "read",
        when: "there is nothing to receive",
      },
      {
        call: "write",
        when: "there is no room",
      },
      {
        call: "open",
        when: "nobody has opened the other end",
      },
    ],
  },
  {
    name: "socketpair",
    title: "Duplex pipe (socketpair)",
    group: "streams",
    manual: "socketpair(2)",
    summary: "two descriptors, both for reading and writing: what is written to one is read from the other",
    drawing:
      "  process          kernel            process\n  write(a) ──▶ [ bytes … ] ──▶ read(b)\n  read(a)  ◀── [ bytes … ] ◀── write(b)",
    properties: {
      addressing: {
        value: "none: descriptors",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "stream",
      },
      connection: {
        value: "connected from the start",
        detail: "without a peer, EPIPE",
      },
      capacity: {
        value: "180,224 bytes",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "related processes",
        detail: "ends are inherited, or passed over a Unix-domain socket",
      },
    },
    blocking: [
      {
        call: "read",
        when: "there is nothing to receive",
      },
      {
        call: "write",
        when: "there is no room",
      },
    ],
  },
  {
    name: "pty",
    title: "Pseudo-terminal",
    group: "streams",
    manual: "pty(7), termios(3)",
    summary: "a duplex stream with a line discipline: what a program takes for a keyboard and a screen",
    drawing:
      "  terminal program        line discipline              program\n  write(master) ──▶ [ editing, echo, Ctrl-C: SIGINT ] ──▶ read(slave)\n  read(master)  ◀── [ newline: carriage return, too ] ◀── write(slave)",
    properties: {
      addressing: {
        value: "a path: /dev/pts/0",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "stream",
      },
      connection: {
        value: "connected from the start",
        detail: "without a master, EIO",
      },
      capacity: {
        value: "12,287 bytes",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "read",
        when: "there is nothing to receive",
      },
      {
        call: "write",
        when: "there is no room",
      },
    ],
  },
  {
    name: "unix-stream",
    title: "Unix-domain stream socket",
    group: "streams",
    manual: "unix(7)",
    summary: "a connection between two processes of one host",
    drawing:
      "  active                          passive\n  socket                          socket, bind, listen\n  connect ──▶ [ requests … ] ──▶ accept: a new socket\n  send    ──▶ [ bytes …    ] ──▶ recv\n  recv    ◀── [ bytes …    ] ◀── send",
    properties: {
      addressing: {
        value: "a path, or an abstract name",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "stream",
      },
      connection: {
        value: "connection-oriented",
        detail: "sending before connect() is ENOTCONN",
      },
      capacity: {
        value: "180,224 bytes",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "recv",
        when: "there is nothing to receive",
      },
      {
        call: "send",
        when: "there is no room",
      },
      {
        call: "accept",
        when: "no connection request is in the queue",
      },
    ],
  },
  {
    name: "tcp",
    title: "Internet stream socket (TCP)",
    group: "streams",
    manual: "tcp(7), RFC 9293",
    summary: "a reliable connection between processes of any two hosts",
    drawing:
      "  active                        network                        passive\n  socket                                                       socket, bind, listen\n  connect ──▶ SYN ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌▶ [ requests … ] ──▶ accept: a new socket\n  send ──▶ [ bytes … ] ╌ segments ╌ ACKs ╌ [ bytes … ] ──▶ recv\n  recv ◀── [ bytes … ] ╌ ACKs ╌ segments ╌ [ bytes … ] ◀── send",
    properties: {
      addressing: {
        value: "an Internet address and a port",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "stream",
      },
      connection: {
        value: "connection-oriented",
        detail: "sending before connect() is EPIPE",
      },
      capacity: {
        value: "479,232 bytes",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of any host",
      },
    },
    blocking: [
      {
        call: "recv",
        when: "there is nothing to receive",
      },
      {
        call: "send",
        when: "there is no room",
      },
      {
        call: "accept",
        when: "no connection request is in the queue",
      },
      {
        call: "connect",
        when: "the request has not been answered",
      },
    ],
  },
  {
    name: "tcp6",
    title: "Internet stream socket over IPv6 (TCP)",
    group: "streams",
    manual: "tcp(7), RFC 9293",
    summary: "the same over the other address family; a socket bound to :: serves both",
    drawing:
      "  active                        network                        passive\n  socket                                                       socket, bind, listen\n  connect ──▶ SYN ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌▶ [ requests … ] ──▶ accept: a new socket\n  send ──▶ [ bytes … ] ╌ segments ╌ ACKs ╌ [ bytes … ] ──▶ recv\n  recv ◀── [ bytes … ] ╌ ACKs ╌ segments ╌ [ bytes … ] ◀── send",
    properties: {
      addressing: {
        value: "an Internet address and a port",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "stream",
      },
      connection: {
        value: "connection-oriented",
        detail: "sending before connect() is EPIPE",
      },
      capacity: {
        value: "475,136 bytes",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of any host",
      },
    },
    blocking: [
      {
        call: "recv",
        when: "there is nothing to receive",
      },
      {
        call: "send",
        when: "there is no room",
      },
      {
        call: "accept",
        when: "no connection request is in the queue",
      },
      {
        call: "connect",
        when: "the request has not been answered",
      },
    ],
  },
  {
    name: "unix-seqpacket",
    title: "Unix-domain sequenced packets",
    group: "messages",
    manual: "unix(7)",
    summary: "a connection that keeps the boundaries of messages",
    drawing:
      "  active                          passive\n  connect ──▶ [ requests … ] ──▶ accept\n  send    ──▶ [ ▭ ▭ ▭      ] ──▶ recv\n  recv    ◀── [ ▭ ▭        ] ◀── send",
    properties: {
      addressing: {
        value: "a path, or an abstract name",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "messages",
      },
      connection: {
        value: "connection-oriented",
        detail: "sending before connect() is ENOTCONN",
      },
      capacity: {
        value: "93 messages of 1,000 bytes",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "recv",
        when: "there is nothing to receive",
      },
      {
        call: "send",
        when: "there is no room",
      },
      {
        call: "accept",
        when: "no connection request is in the queue",
      },
    ],
  },
  {
    name: "unix-dgram",
    title: "Unix-domain datagram socket",
    group: "messages",
    manual: "unix(7)",
    summary: "messages between processes of one host; a sender waits rather than that one is lost",
    drawing:
      "  process                    process\n  socket                     socket, bind(path)\n  sendto(path) ──▶ [ ▭ ▭ ] ──▶ recvfrom",
    properties: {
      addressing: {
        value: "a path, or an abstract name",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "messages",
      },
      connection: {
        value: "connectionless",
        detail: "each message names its recipient",
      },
      capacity: {
        value: "11 messages of 1,000 bytes",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "recv",
        when: "there is nothing to receive",
      },
      {
        call: "sendto",
        when: "there is no room",
      },
    ],
  },
  {
    name: "udp",
    title: "Internet datagram socket (UDP)",
    group: "messages",
    manual: "udp(7), RFC 768",
    summary: "messages between processes of any two hosts, as well as the network can",
    drawing:
      "  process                      network                       process\n  sendto(address, port) ──▶ [ ▭ ] ╌ ▭ ╌ ▭ ╌ [ ▭ ▭ ] ──▶ recvfrom\n                       send buffer           receive buffer",
    properties: {
      addressing: {
        value: "an Internet address and a port",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "messages",
      },
      connection: {
        value: "connectionless",
        detail: "each message names its recipient",
      },
      capacity: {
        value: "173 messages of 1,000 bytes in the receive buffer",
      },
      loss: {
        value: "yes",
        detail: "a receiver that is slow, a link that loses, a link that corrupts",
      },
      reordering: {
        value: "yes",
        detail: "a link that reorders",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of any host",
      },
    },
    blocking: [
      {
        call: "recv",
        when: "there is nothing to receive",
      },
      {
        call: "sendto",
        when: "there is no room",
      },
    ],
  },
  {
    name: "raw",
    title: "Raw IP socket",
    group: "messages",
    manual: "raw(7)",
    summary: "datagrams of a protocol number, without a transport in between: for root",
    drawing:
      "  process                      network                       process\n  sendto(address) ──▶ IP header + data ╌ ▭ ╌ ▭ ╌ [ ▭ ▭ ] ──▶ recv: IP header + data\n                     protocol 253                 a copy for every socket of protocol 253",
    properties: {
      addressing: {
        value: "an Internet address and a protocol",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "messages",
      },
      connection: {
        value: "connectionless",
        detail: "each message names its recipient",
      },
      capacity: {
        value: "174 messages of 1,000 bytes in the receive buffer",
      },
      loss: {
        value: "yes",
        detail: "a receiver that is slow, a link that loses, a link that corrupts",
      },
      reordering: {
        value: "yes",
        detail: "a link that reorders",
      },
      damage: {
        value: "yes",
        detail: "a link that corrupts",
      },
      parties: {
        value: "processes of any host",
        detail: "of root; for others socket() is EPERM",
      },
    },
    blocking: [
      {
        call: "recv",
        when: "there is nothing to receive",
      },
      {
        call: "sendto",
        when: "there is no room",
      },
    ],
  },
  {
    name: "posix-queue",
    title: "POSIX message queue",
    group: "messages",
    manual: "mq_overview(7)",
    summary: "a bounded list of messages with priorities, behind a name; it stays until it is unlinked",
    drawing:
      "  process               /channel                process\n  mqOpen, mqSend ──▶ [ ▭₉ ▭₅ ▭₅ ▭₀ ] ──▶ mqOpen, mqReceive\n                     highest priority first",
    properties: {
      addressing: {
        value: "a name: /channel",
      },
      directionality: {
        value: "half-duplex",
        detail: "one direction at a time",
      },
      boundaries: {
        value: "messages",
      },
      connection: {
        value: "connectionless",
        detail: "a message waits for whoever comes, its sender may have ended",
      },
      capacity: {
        value: "10 messages, unless it is made with another number",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "by priority",
        detail: "of one priority the oldest comes first",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "mqReceive",
        when: "there is nothing to receive",
      },
      {
        call: "mqSend",
        when: "there is no room",
      },
    ],
  },
  {
    name: "sysv-queue",
    title: "System V message queue",
    group: "messages",
    manual: "sysvipc(7), msgop(2)",
    summary: "messages with types, from which receivers choose, behind a key; it stays until it is removed",
    drawing:
      "  process                  key 4711               process\n  msgget, msgsnd(type 1) ──▶ ┌──────────┐ ──▶ msgrcv(type 1)\n  msgrcv(type 2)         ◀── [ ▭₁ ▭₂ ▭₁ ] ◀── msgsnd(type 2)",
    properties: {
      addressing: {
        value: "a key, of ftok() or agreed",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "messages",
      },
      connection: {
        value: "connectionless",
        detail: "a message waits for whoever comes, its sender may have ended",
      },
      capacity: {
        value: "16 messages of 1,000 bytes",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "by type",
        detail: "the receiver chooses; of one type the oldest comes first",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "msgrcv",
        when: "there is nothing to receive",
      },
      {
        call: "msgsnd",
        when: "there is no room",
      },
    ],
  },
  {
    name: "mailbox",
    title: "Mailbox with a capacity",
    group: "messages",
    manual: "the call mailbox(), mq_overview(7)",
    summary: "indirect messages as textbooks have them: a message queue with capacity 0 or n",
    drawing:
      "  capacity n     mqSend ──▶ [ ▭ ▭ ▭ · · ] ──▶ mqReceive    the sender goes on while there is room\n  capacity 0     mqSend ──▶       ▭       ──▶ mqReceive    whoever comes first waits for the other",
    properties: {
      addressing: {
        value: "a name: /channel",
      },
      directionality: {
        value: "half-duplex",
        detail: "one direction at a time",
      },
      boundaries: {
        value: "messages",
      },
      connection: {
        value: "connectionless",
        detail: "with capacity 0 and nobody to meet, EAGAIN or a wait",
      },
      capacity: {
        value: "0 or n messages, as it is made",
        detail: "0, 1 and 5 were tried",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "mqReceive",
        when: "there is nothing to receive",
      },
      {
        call: "mqSend",
        when: "nobody has taken the message (capacity 0)",
      },
      {
        call: "mqSend",
        when: "n messages are in it (capacity n)",
      },
    ],
  },
  {
    name: "rendezvous",
    title: "Direct message (rendezvous)",
    group: "messages",
    manual: "the calls msgSend(), msgReceive(), msgReply()",
    summary: "sender and receiver name each other and meet; nothing is stored in between",
    drawing:
      "  client             server\n  msgSend(pid) ──▶ msgReceive     simplex: the answer is empty\n       ┊               │          half-duplex: request and reply\n  goes on      ◀── msgReply(pid)  duplex: each sends, and each receives",
    properties: {
      addressing: {
        value: "a process id, or a name for it",
      },
      directionality: {
        value: "duplex",
        detail: "simplex with empty answers, half-duplex as request and reply",
      },
      boundaries: {
        value: "messages",
      },
      connection: {
        value: "connectionless",
        detail: "each message names its recipient; one that has ended is ESRCH",
      },
      capacity: {
        value: "0 messages",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "msgReceive",
        when: "nobody sends",
      },
      {
        call: "msgSend",
        when: "the receiver has not answered",
      },
    ],
  },
  {
    name: "posix-semaphore",
    title: "POSIX semaphore",
    group: "memory",
    manual: "sem_overview(7)",
    summary: "a number that is never below zero: who would take it there waits",
    drawing:
      "  process                 /channel              process\n  semOpen, semPost ── +1 ──▶ [ 3 ] ◀── −1 ── semOpen, semWait\n                       waits while it is 0",
    properties: {
      addressing: {
        value: "a name: /channel, or memory",
      },
      directionality: {
        value: "half-duplex",
        detail: "one direction at a time",
      },
      boundaries: {
        value: "a count",
        detail: "it carries no data",
      },
      connection: {
        value: "none",
        detail: "units wait for whoever comes, the process that posted them may have ended",
      },
      capacity: {
        value: "2,147,483,647 units",
        detail: "then EOVERFLOW",
      },
      loss: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "semWait",
        when: "its value is 0",
      },
    ],
  },
  {
    name: "sysv-semaphore",
    title: "System V semaphores",
    group: "memory",
    manual: "sysvipc(7), semop(2)",
    summary: "numbers of which several change in one step or not at all; SEM_UNDO gives back at the end",
    drawing:
      "  process                       key 4711                process\n  semop([{0, +1}, {2, −1}]) ──▶ [ 3 | 0 | 1 ] ◀── semop([{1, −1}]): waits\n                        all operations of a call, or none",
    properties: {
      addressing: {
        value: "a key, of ftok() or agreed",
      },
      directionality: {
        value: "half-duplex",
        detail: "one direction at a time",
      },
      boundaries: {
        value: "a count",
        detail: "it carries no data",
      },
      connection: {
        value: "none",
        detail: "units wait for whoever comes, the process that posted them may have ended",
      },
      capacity: {
        value: "32,767 units",
        detail: "then ERANGE",
      },
      loss: {
        value: "no",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "semop",
        when: "a value would go below 0",
      },
      {
        call: "semop",
        when: "it asks for 0 and the value is not",
      },
    ],
  },
  {
    name: "posix-shm",
    title: "POSIX shared memory",
    group: "memory",
    manual: "shm_overview(7), mmap(2)",
    summary: "bytes behind a name that several processes have mapped: a store is seen at once, without a call",
    drawing:
      "  process             /channel          process\n  shmOpen, mmap      ┌──────────────┐      shmOpen, mmap\n  bytes[0] = 1   ──▶ │ the same     │ ◀──  bytes[1] = 2\n  bytes[1]       ◀── │ bytes        │ ──▶  bytes[0]\n                     └──────────────┘",
    properties: {
      addressing: {
        value: "a name: /channel",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "bytes in place",
        detail: "reading does not take them away",
      },
      connection: {
        value: "none",
        detail: "what is stored stays for whoever comes later",
      },
      capacity: {
        value: "as it is made",
        detail: "beyond that, SIGBUS, beyond the mapping SIGSEGV",
      },
      loss: {
        value: "yes",
        detail: "of two updates at once one; not under a semaphore",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "yes",
        detail: "half an update is seen; not under a semaphore",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [],
  },
  {
    name: "sysv-shm",
    title: "System V shared memory",
    group: "memory",
    manual: "sysvipc(7), shmop(2)",
    summary: "a segment of bytes behind a key; it stays until it is removed and nobody has it attached",
    drawing:
      "  process             key 4711          process\n  shmget, shmat      ┌──────────────┐      shmget, shmat\n  bytes[0] = 1   ──▶ │ the same     │ ◀──  bytes[1] = 2\n  bytes[1]       ◀── │ bytes        │ ──▶  bytes[0]\n                     └──────────────┘",
    properties: {
      addressing: {
        value: "a key, of ftok() or agreed",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "bytes in place",
        detail: "reading does not take them away",
      },
      connection: {
        value: "none",
        detail: "what is stored stays for whoever comes later",
      },
      capacity: {
        value: "as it is made",
        detail: "beyond that, SIGSEGV",
      },
      loss: {
        value: "yes",
        detail: "of two updates at once one; not under a semaphore",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "yes",
        detail: "half an update is seen; not under a semaphore",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [],
  },
  {
    name: "shared-file",
    title: "Shared file under a lock",
    group: "memory",
    manual: "open(2), flock(2), fcntl(2)",
    summary: "a file that several processes read and write, with a lock that keeps the others out meanwhile",
    drawing:
      "  process                    /tmp/channel             process\n  open, flock(LOCK_EX)       ┌──────────┐             open, flock(LOCK_EX): waits\n  pread, pwrite          ──▶ │ bytes    │\n  flock(LOCK_UN)             │          │ ◀──         pread, pwrite\n                             └──────────┘             flock(LOCK_UN)",
    properties: {
      addressing: {
        value: "a path",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "bytes in place",
        detail: "reading does not take them away",
      },
      connection: {
        value: "none",
        detail: "what is stored stays for whoever comes later",
      },
      capacity: {
        value: "as it is made",
        detail: "beyond that, it grows",
      },
      loss: {
        value: "yes",
        detail: "of two updates at once one; not under the lock",
      },
      reordering: {
        value: "no",
      },
      damage: {
        value: "yes",
        detail: "half an update is seen; not under the lock",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "flock",
        when: "another open file description has the lock",
      },
      {
        call: "fcntl",
        when: "another process has a record lock in the way (F_SETLKW)",
      },
    ],
  },
  {
    name: "eventfd",
    title: "Event counter (eventfd)",
    group: "signals",
    manual: "eventfd(2)",
    summary: "a number behind a descriptor: writing adds to it, reading takes it all; poll and epoll watch it",
    drawing:
      "  process        kernel        process\n  write(fd, 3) ──▶ [ 3 ]\n  write(fd, 4) ──▶ [ 7 ] ──▶ read(fd): 7\n                   [ 0 ]     read(fd): waits",
    properties: {
      addressing: {
        value: "none: descriptors",
      },
      directionality: {
        value: "half-duplex",
        detail: "one direction at a time",
      },
      boundaries: {
        value: "a count",
        detail: "3 and 4 are read as 7",
      },
      connection: {
        value: "connected from the start",
        detail: "one descriptor, which both have",
      },
      capacity: {
        value: "2⁶⁴ − 2 units",
        detail: "then EAGAIN or a wait",
      },
      loss: {
        value: "no",
      },
      parties: {
        value: "related processes",
        detail: "ends are inherited, or passed over a Unix-domain socket",
      },
    },
    blocking: [
      {
        call: "read",
        when: "it is 0",
      },
      {
        call: "write",
        when: "the sum would not fit",
      },
    ],
  },
  {
    name: "signal",
    title: "Signal",
    group: "signals",
    manual: "signal(7), kill(2)",
    summary: "a number that interrupts a process, wherever it is, or waits until it is unblocked",
    drawing:
      "  process                 of the process\n  kill(pid, SIGUSR1) ──▶ [ pending: one bit each ] ──▶ a handler, or sigwait\n  kill(pid, SIGUSR1) ──▶ [ the bit is set already ]    comes once",
    properties: {
      addressing: {
        value: "a process id",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "messages",
        detail: "a number each, no data",
      },
      connection: {
        value: "connectionless",
        detail: "each names its recipient; one that has ended is ESRCH",
      },
      capacity: {
        value: "1 of each number",
      },
      loss: {
        value: "yes",
        detail: "of 100 that were sent while it was blocked, 1 came",
      },
      reordering: {
        value: "by number",
        detail: "the lower number comes first",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "sigwaitinfo",
        when: "no signal of the set has come",
      },
    ],
  },
  {
    name: "realtime-signal",
    title: "Real-time signal with a value",
    group: "signals",
    manual: "signal(7), sigqueue(3)",
    summary: "signals that wait in a queue, each with a number of 32 bits",
    drawing:
      "  process                          of the process\n  sigqueue(pid, SIGRTMIN, 7) ──▶ [ 35 ◂ 34:8 ◂ 34:7 ] ──▶ a handler, or sigwaitinfo\n                                 lower number first, then the oldest",
    properties: {
      addressing: {
        value: "a process id",
      },
      directionality: {
        value: "duplex",
      },
      boundaries: {
        value: "messages",
        detail: "a number and a value of 32 bits each",
      },
      connection: {
        value: "connectionless",
        detail: "each names its recipient; one that has ended is ESRCH",
      },
      capacity: {
        value: "RLIMIT_SIGPENDING",
        detail: "then EAGAIN",
      },
      loss: {
        value: "no",
      },
      reordering: {
        value: "by number",
        detail: "the lower number comes first, of one number the oldest",
      },
      parties: {
        value: "processes of one host",
        detail: "that have the permission",
      },
    },
    blocking: [
      {
        call: "sigwaitinfo",
        when: "no signal of the set has come",
      },
    ],
  },
];
