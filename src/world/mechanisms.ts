/**
 * The table of properties, as observed: written by `npm run mechanisms`, from the experiments in test/properties/.
 */
import type { Mechanism } from "./mechanism.ts";

/** One row for each mechanism of interprocess communication. */
export const MECHANISMS: readonly Mechanism[] = [
  {
    name: "pipe",
    title: "Pipe",
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
    name: "unix-stream",
    title: "Unix-domain stream socket",
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
    name: "unix-seqpacket",
    title: "Unix-domain sequenced packets",
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
    name: "tcp",
    title: "Internet stream socket (TCP)",
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
        value: "94,208 bytes",
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
];
