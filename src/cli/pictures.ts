/**
 * `netloom run --lsof DIR`: pictures of who has what open, drawn from live data after each call that changes it.
 *
 * Read first: host/lsof-tree.ts. DIR/HOST.txt has all of a host as text, one after the other; DIR/HOST-01-pipe.svg is the first of
 * them, after pipe(). A picture that is like the one before is left out.
 */
import { writeFileSync } from "node:fs";
import { formatLsofTree, type Host, svgLsofTree, type TraceEvent } from "../entry-node.ts";
import { Failure } from "./failure.ts";
import type { Stage } from "./stage.ts";

/** Calls after which other things may be open, or be joined in another way. */
const CHANGES: ReadonlySet<string> = new Set(
  (
    "open openat creat close dup dup2 dup3 fcntl pipe pipe2 mkfifo socket socketpair bind listen connect accept accept4 shutdown " +
    "fork spawn exec exit recvmsg epoll_create1 eventfd timerfd_create signalfd mq_open openpty posix_openpt"
  ).split(" "),
);
/** More would be a film. */
const PICTURES_MAX = 99;

/** Begins to watch; the function that it answers writes the texts. */
export function drawPictures(stage: Stage, directory: string): () => void {
  const albums = new Map<string, Album>();
  stage.trace((event) => {
    const call = changeOf(event);
    const host = call === undefined ? undefined : stage.hosts.get(event.host);
    if (call === undefined || host === undefined) return;
    const album = albums.get(host.name) ?? new Album(host, directory.replace(/\/+$/, ""));
    albums.set(host.name, album);
    album.add(call, event);
  });
  return () => {
    for (const album of albums.values()) album.end();
  };
}

function changeOf(event: TraceEvent): string | undefined {
  if (event.step === "kernel/process") return event.what === "exit" || event.what === "kill" ? event.what : undefined;
  return event.step === "kernel/call" && CHANGES.has(event.call) ? event.call : undefined;
}

class Album {
  readonly #host: Host;
  readonly #path: string;
  readonly #texts: string[] = [];
  #last = "";

  constructor(host: Host, directory: string) {
    this.#host = host;
    this.#path = `${directory}/${host.name}`;
  }

  add(call: string, { timeNs, process, pid }: TraceEvent & { readonly process?: string; readonly pid?: number }): void {
    if (this.#texts.length >= PICTURES_MAX) return;
    const tree = this.#host.lsofTree();
    const drawn = formatLsofTree(tree);
    if (drawn === this.#last) return;
    this.#last = drawn;
    const number = String(this.#texts.length + 1).padStart(2, "0");
    const title = `${number}  after ${call}() of ${process}[${pid}], ${(timeNs / 1e9).toFixed(9)} s`;
    this.#texts.push(`${title}\n\n${drawn}\n`);
    write(`${this.#path}-${number}-${call}.svg`, svgLsofTree(tree, `after ${call}() of ${process}[${pid}]`));
  }

  end(): void {
    const more = this.#texts.length < PICTURES_MAX ? "" : `\nthese are the first ${PICTURES_MAX}\n`;
    write(`${this.#path}.txt`, this.#texts.join("\n") + more);
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new Failure(1, `the picture ${path} can't be written: ${(error as Error).message}`);
  }
}
