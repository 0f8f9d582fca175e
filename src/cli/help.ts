/**
 * What `netloom --help` and `netloom COMMAND --help` print.
 */

const ALL = `netloom: hosts, processes, sockets and pipes on a network of their own, inside one process

Usage:
  netloom run [FILE] [options]   runs a scenario; without FILE the one that is shipped
  netloom shell [FILE]           sits at the terminal of a host, in real time; without FILE in a world of three hosts
  netloom explain [TOPIC]        the mechanisms of interprocess communication, and the layers of a network
  netloom COMMAND --help         the options
  netloom --version
`;

const RUN = `netloom run [FILE] [options]

Runs a scenario and writes what happens: system calls, packets, console output; then the state of each host.
FILE is a TypeScript or JavaScript module whose default export builds a world:

  import type { World } from "netloom";
  export default function scenario(world: World): void { … }

It may export "options", the WorldOptions; the options below go before them.
Without FILE the shipped scenario runs, and leaves a capture of each host in captures/.

  --seed N       decides every random choice: a number or a text (default 1)
  --until TIME   stops at that virtual time: 10s, 250ms, 5min (default: when all processes have ended)
  --realtime     lets time follow the wall clock
  --pcap DIR     writes a capture of each host, for Wireshark: DIR/HOST.pcapng
  --lsof DIR     draws who has what open, after each call that changes it: DIR/HOST.txt, DIR/HOST-N-CALL.svg
  --plot DIR     draws window, round trip, rate and retransmissions of each TCP connection: DIR/HOST-N.svg
  --check        runs twice and compares step by step; names the first one that differs
  --json         one JSON object a line for each step, the result last
  --quiet        only the result
  --help

Exit status: 0 fine; 1 the scenario or a program failed, deadlock, livelock, or --check found a difference;
2 the command line or the file is wrong; 130 interrupted.
`;

const EXPLAIN = `netloom explain [TOPIC] [--json]

Without TOPIC: the table of properties of the mechanisms of interprocess communication, one line each.
TOPIC is the name of a mechanism in that table, for its drawing, all its properties and the calls that wait;
or "layers", for the reference model and one datagram taken apart.

  --json    the same as data
  --help

Exit status: 0 fine; 2 there is no such topic.
`;

const SHELL = `netloom shell [FILE] [options]

Builds the world of a scenario, lets it run in real time, and seats you at the terminal of one of its hosts, with a shell.
Without FILE it is a world of three hosts on a switch: alice 10.0.0.1, bob 10.0.0.2, carol 10.0.0.3.
bob and carol offer the small services: ping bob, nc bob daytime, tcpdump, traceroute -6 carol.
Ctrl-C, Ctrl-Z, Ctrl-\\ and Ctrl-D go to the programs there; "help" tells what the shell knows, "ls /bin" what there is to start.
"exit" leaves; so does Ctrl-], typed three times, whatever is running.
Where standard input is no terminal, what comes from it is run as a script, in the world's own time.

  --host NAME    the host to sit at (default: the first one)
  --seed N       decides every random choice
  --console      shows what programs write to the hosts' consoles
  --help

Exit status: that of the shell; 2 the command line or the file is wrong.
`;

/** By topic; "all" is that of the command itself. */
export const HELP: Readonly<Record<"all" | "run" | "explain" | "shell", string>> = {
  all: ALL,
  run: RUN,
  explain: EXPLAIN,
  shell: SHELL,
};
