/**
 * A host: the composition root of one machine. It fills the tables that hold the layers apart, and is what scenarios
 * see of a machine.
 *
 * Read first: ARCHITECTURE.md. Order: interfaces (netif) ← Internet protocols (inet) ← protocol table (socket) ← kernel.
 */
import { ERRNO_TEXT, type Errno } from "../abi/errno.ts";
import type { Machine } from "../base/machine.ts";
import { Inet } from "../inet/inet.ts";
import type { RouteSnapshot } from "../inet/ip/route.ts";
import type { RouteSpec } from "../inet/ip/route-spec.ts";
import type { AdvertiseSpec } from "../inet/nd/advertise.ts";
import type { ProgramRuntime } from "../kernel/image.ts";
import { type Crash, Kernel } from "../kernel/kernel.ts";
import type { RunState } from "../kernel/run-state.ts";
import type { Program } from "../kernel/sys/sys.ts";
import type { Device } from "../link/device.ts";
import { Loopback } from "../link/loopback.ts";
import type { PppOptions } from "../link/ppp/options.ts";
import type { Serial } from "../link/serial.ts";
import type { Interface } from "../netif/interface.ts";
import { Netif } from "../netif/netif.ts";
import { ProtocolTable } from "../socket/protocol.ts";
import { UnixDomain, unixProtocols } from "../unix/unix.ts";
import { parsePrefix } from "../wire/ip-address.ts";
import type * as mac from "../wire/mac-address.ts";
import { Capture } from "./capture.ts";
import { configure, type InterfaceOptions, interfaceNamed } from "./configure.ts";
import { type ConsoleOutput, HostConsole } from "./console.ts";
import { mountEtc } from "./etc.ts";
import { type Ipcs, ipcs } from "./ipcs.ts";
import { type LsofRow, lsof } from "./lsof.ts";
import { type LsofTree, lsofTree } from "./lsof-tree.ts";
import type { NameRecords } from "./name-records.ts";
import { netlinkProtocols } from "./netlink.ts";
import { type Netstat, netstat } from "./netstat.ts";
import { connect, type PppConnection } from "./ppp.ts";
import { mountProc } from "./proc.ts";
import { procNet } from "./proc-net.ts";
import { mountSysctl } from "./proc-sys.ts";
import { ProgramTable } from "./programs.ts";
import { type PsRow, ps } from "./ps.ts";
import { type MainOptions, runMain, startMain } from "./run-main.ts";
import { TreeNames } from "./socket-names.ts";
import { HostTerminal } from "./terminal.ts";

/** In place of an address: IPv6, with what the link has to say. */
const AUTO = "auto";

/** What world/ brings. */
export interface HostParts {
  readonly machine: Machine;
  readonly runState: RunState;
  readonly runtimes: readonly ProgramRuntime[];
  /** The programs that every host has in /bin. */
  readonly programs: ReadonlyMap<string, Program>;
  readonly epochMs: number;
  readonly nextMacAddress: () => mac.MacAddress;
  /**
   * Lets the world run until what this gives is called; a world that fails says so to `fail`.
   */
  readonly drive: (fail: (error: unknown) => void) => () => void;
  /** The text of /run/hosts: all hosts of the world. */
  readonly worldHosts: () => string;
  /** What names have beside addresses, everywhere in the world. */
  readonly records: NameRecords;
  readonly console: (output: ConsoleOutput) => void;
  readonly onCrash: (crash: Crash) => void;
}

/** A link that has a port for an interface: a Segment, a Cable, or anything of that shape. */
export interface Attachable {
  port(): Device;
}

/** What a spawned process gets. Everything may be left out. */
export interface SpawnOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** User; default 0, root. */
  readonly uid?: number;
  readonly gid?: number;
  /** Default "/". */
  readonly cwd?: string;
  /** A daemon does not keep the world running, and may wait for ever. Default false. */
  readonly daemon?: boolean;
  /** It leads a session on this terminal, which is its descriptors 0, 1 and 2. Default: they are the console. */
  readonly terminal?: HostTerminal;
}

/** A process as a scenario sees it. */
export interface SpawnedProcess {
  readonly pid: number;
  readonly name: string;
  readonly state: "running" | "zombie" | "reaped";
  /** The status word once it has ended: see WIFEXITED, WEXITSTATUS, WIFSIGNALED. */
  readonly status: number;
  /** Sends it a signal, by name ("SIGTERM") or number; SIGKILL when none is named. Does nothing when it has ended. */
  kill(signal?: string | number): void;
}

export class Host {
  readonly kernel: Kernel;
  readonly netif: Netif;
  readonly inet: Inet;
  readonly unix: UnixDomain;
  /** The protocols that socket(2) knows; rows may be added. */
  readonly protocols: ProtocolTable = new ProtocolTable();
  /** What is in /bin; programs may be added. */
  readonly programs: ProgramTable;
  readonly #machine: Machine;
  readonly #parts: HostParts;

  /** What a name server would say of names beside the addresses of hosts. */
  get records(): NameRecords {
    return this.#parts.records;
  }

  constructor(parts: HostParts) {
    const { machine } = parts;
    this.#machine = machine;
    this.#parts = parts;
    this.netif = new Netif(machine);
    this.inet = new Inet(machine, this.netif);
    for (const row of this.inet.protocols) this.protocols.add(row);
    this.inet.tcp.nextInode = () => this.kernel.nextInode();
    this.unix = new UnixDomain(machine, () => this.kernel.nextInode());
    for (const row of unixProtocols(this.unix)) this.protocols.add(row);
    for (const row of netlinkProtocols(this.inet, () => this.netstat())) this.protocols.add(row);
    const loopback = this.netif.interfaces.attach(new Loopback(machine), 0);
    this.#addAddress(loopback, "127.0.0.1/8");
    this.#addAddress(loopback, "::1/128");
    this.kernel = new Kernel({
      machine,
      runState: parts.runState,
      protocols: this.protocols,
      runtimes: parts.runtimes,
      console: new HostConsole(machine, parts.console),
      onCrash: parts.onCrash,
    });
    this.unix.names = new TreeNames(this.kernel.files);
    const proc = mountProc(
      this.kernel,
      procNet(() => this.netstat()),
    );
    this.programs = new ProgramTable(this.kernel, parts.programs);
    mountSysctl(this.kernel.files, proc, machine.sysctl);
    mountEtc(this.kernel.files, machine.name, parts.worldHosts);
  }

  /** The addresses of its interfaces without loopback, in the order in which they were added; not those that are another's. */
  get addresses(): readonly string[] {
    const own = this.inet.ip.addresses
      .list()
      .filter(({ through, state }) => !through.isLoopback && state !== "dadfailed");
    return own.map(({ address }) => address.toString());
  }

  get name(): string {
    return this.#machine.name;
  }

  /** net.ipv4.ip_forward and net.ipv6.conf.all.forwarding: is this host a gateway? */
  get forwarding(): boolean {
    return this.inet.ip.forwarding;
  }

  set forwarding(forwarding: boolean) {
    this.inet.ip.forwarding = forwarding;
    this.inet.ip.v6.settings.setForwarding(forwarding);
  }

  /** A setting by its name in sysctl(8), as the text of its file in /proc/sys. Throws an Error when there is none. */
  sysctl(name: string): string;
  /** Sets it: `host.sysctl("net.ipv4.ip_forward", 1)`. Throws an Error that names the setting when it can't be. */
  sysctl(name: string, value: number | string): void;
  sysctl(name: string, value?: number | string): string | undefined {
    const { sysctl } = this.#machine;
    if (value === undefined) {
      const text = sysctl.read(name);
      if (text === undefined) throw new Error(`${this.name}: there is no setting "${name}"`);
      return text;
    }
    const result = sysctl.write(name, String(value));
    if (result === 0) return undefined;
    const reason = result === "ENOENT" ? "there is none of that name" : "it does not take that";
    throw new Error(`${this.name}: can't set "${name}" to ${JSON.stringify(value)}: ${reason}`);
  }

  /**
   * Puts an interface on a link, with addresses such as "10.0.0.1/24" and "2001:db8::1/64", and answers it. IPv6 begins on it
   * with an IPv6 address, or with "auto" in place of one: a link-local address, and what routers advertise. Those that are named here
   * are taken to be free, as if the host had been up for a while. A device of one's own may stand in the link's place. Throws an
   * Error for what is no address, or none that an interface can have; then nothing is attached.
   */
  attach(link: Attachable | Device, ...addresses: readonly (string | undefined)[]): Interface {
    for (const address of addresses) {
      if (address === undefined || address === AUTO || parsePrefix(address) !== undefined) continue;
      throw new Error(`${this.name}: can't attach with the address ${JSON.stringify(address)}: ${explain("EINVAL")}`);
    }
    const device = "port" in link ? link.port() : link;
    const macAddress = device.linkType === "ethernet" ? this.#parts.nextMacAddress() : 0;
    const attached = this.netif.interfaces.attach(device, macAddress);
    try {
      for (const address of addresses) if (address !== undefined) this.#addAddress(attached, address, true);
    } catch (error) {
      this.netif.interfaces.detach(attached);
      throw error;
    }
    return attached;
  }

  /**
   * Puts a PPP interface on one end of a serial line: `host.ppp(line, { local: "10.9.0.1", remote: "10.9.0.2" })`. The link
   * comes up as the world runs and the other end answers. Throws for options that are none, or a third end.
   */
  ppp(line: Serial, options: PppOptions = {}): PppConnection {
    return connect(this.#machine, this.inet, line, options, (device) => this.attach(device));
  }

  /** The interface with that name. Throws an Error when there is none. */
  interface(name: string): Interface {
    return interfaceNamed(this.name, this.netif.interfaces, name);
  }

  /**
   * Sets an interface up or down, its mtu, its queue discipline: `host.configure("eth0", { mtu: 1400 })`. Throws for what
   * can't be.
   */
  configure(named: string | Interface, options: InterfaceOptions): void {
    const { interfaces } = this.netif;
    configure(this.name, interfaces, interfaceNamed(this.name, interfaces, named), options);
  }

  /**
   * Gives an interface one more address: `host.addAddress("eth0", "10.0.0.9/24")`. An IPv6 address is tentative for a second or
   * two, until no other host has answered for it, unless it is `verified`. Throws an Error when it can't be.
   */
  addAddress(
    named: string | Interface,
    address: string,
    { verified = false }: { readonly verified?: boolean } = {},
  ): void {
    this.#addAddress(interfaceNamed(this.name, this.netif.interfaces, named), address, verified);
  }

  /**
   * Says on an interface that this host is an IPv6 router, as radvd(8) does: `host.advertise("eth0", { prefix: "2001:db8:1::/64" })`.
   * Hosts make themselves addresses and a default route of it. The host should have `forwarding`. Disposing ends it, with a last
   * advertisement that says so. Throws an Error for what is no prefix.
   */
  advertise(named: string | Interface, spec: AdvertiseSpec = {}): Disposable {
    const on = interfaceNamed(this.name, this.netif.interfaces, named);
    const started = this.inet.startIpv6(on);
    const result = started === 0 ? this.inet.v6.discovery.advertisers.start(on, spec) : started;
    if (typeof result !== "string") return result;
    throw new Error(`${this.name}: can't advertise on ${on.name}: ${explain(result)}`);
  }

  /** Takes an address away, with the routes that came with it. Throws an Error when the interface does not have it. */
  deleteAddress(named: string | Interface, address: string): void {
    const from = interfaceNamed(this.name, this.netif.interfaces, named);
    const result = this.inet.deleteAddress(from, address);
    if (result !== 0) throw new Error(`${this.name}: ${from.name} has no address ${address}: ${explain(result)}`);
  }

  /**
   * Adds a route: `host.route("default", { via: "10.0.0.1" })`, `host.route("10.1.0.0/16", { through: ppp0 })`,
   * `host.route("10.9.0.0/16", { kind: "unreachable" })`. Throws an Error that names the route when it can't be.
   */
  route(destination: string, spec: Omit<RouteSpec, "to">): void {
    const result = this.inet.addRoute({ to: destination, ...spec });
    if (result !== 0) throw this.#routeError("add", destination, spec, result);
  }

  /**
   * Takes the first route to that destination away that is as the specification says: `host.deleteRoute("default")`.
   * Throws an Error that names the route when there is none.
   */
  deleteRoute(destination: string, spec: Omit<RouteSpec, "to"> = {}): void {
    const result = this.inet.deleteRoute({ to: destination, ...spec });
    if (result !== 0) throw this.#routeError("delete", destination, spec, result);
  }

  /** The routing table, as data: in the order of the networks, IPv4 first. */
  routes(): readonly RouteSnapshot[] {
    return this.inet.ip.routes.snapshot();
  }

  /**
   * Starts a program as a child of process 1: a function, or the path of one in /bin,
   * `host.spawn("ping", "/bin/ping", { args: ["-c", "1", "bob"] })`. It runs when the world runs. Throws a TypeError when it is no program.
   */
  spawn(name: string, program: Program, options?: SpawnOptions): SpawnedProcess;
  spawn(name: string, program: unknown, options?: SpawnOptions): SpawnedProcess;
  spawn(name: string, program: unknown, options: SpawnOptions = {}): SpawnedProcess {
    const { args = [], env = {}, uid = 0, gid = uid, cwd: path = "/", daemon = false, terminal } = options;
    if (typeof name !== "string" || !/^[^\p{Cc}]{1,64}$/u.test(name)) {
      throw new TypeError(
        `${this.name}: a process is named with 1 to 64 printable characters, not ${JSON.stringify(name)}`,
      );
    }
    const { files } = this.kernel;
    const cwd = files.directory({ pid: 1, name, uid, gid, cwd: files.root, umask: 0 }, path);
    if (typeof cwd === "string") throw new Error(`${this.name}: can't spawn "${name}" in ${path}: ${cwd}`);
    const attributes = { name, env, uid, gid, cwd, umask: 0o022, daemon };
    const process = this.kernel.spawn(attributes, this.programs.resolve(program), args, terminal?.terminal);
    if (process === "ENOEXEC") {
      const known = this.#parts.runtimes.map((runtime) => runtime.name).join(", ");
      throw new TypeError(
        `${this.name}: can't spawn "${name}": a program is of a kind that a runtime accepts (${known}), not ${typeof program}`,
      );
    }
    if (typeof process === "string") throw new Error(`${this.name}: can't spawn "${name}": ${process}`);
    return process;
  }

  /** A new terminal, for somebody outside of the world to sit at: `host.spawn("sh", …, { terminal })` starts a session on it. */
  openTerminal(): HostTerminal {
    return new HostTerminal(this.kernel);
  }

  /**
   * Runs a function that uses Node's own modules as a process on this host, and gives its result. The world runs by itself
   * until then. Rejects with what the function throws. It needs `import "netloom/register"`.
   */
  run<T>(main: () => T | Promise<T>, options: MainOptions = {}): Promise<T> {
    return runMain(this, this.#parts, main, options);
  }

  /**
   * Starts a process that uses Node's own modules and goes on: a server. It ends when nothing of it can ever happen again,
   * as a Node process does, or when it is killed; it may then be started anew. It does not keep the world running.
   */
  start(spec: MainOptions & { readonly main: () => unknown }): SpawnedProcess {
    return startMain(this, this.#parts, spec);
  }

  /** Interfaces, sockets, routes, neighbours and counters, as data. */
  netstat(): Netstat {
    return netstat(this.#machine, this.netif, this.inet, this.unix);
  }

  /** The processes, as data. */
  ps(): PsRow[] {
    return ps(this.kernel.processes.all());
  }

  /** The System V message queues, segments and semaphores, as data. */
  ipcs(): Ipcs {
    return ipcs(this.kernel.ipc);
  }

  /** The open descriptors and what is behind them, as data. */
  lsof(): LsofRow[] {
    return lsof(this.kernel.processes.all());
  }

  /** The processes, their descriptor tables and the objects behind them, as data: formatLsofTree and svgLsofTree draw it. */
  lsofTree(): LsofTree {
    return lsofTree(this.name, this.kernel.processes.all());
  }

  /**
   * Captures every frame that passes the host's interfaces from now on; disposing ends it. The file is kept in memory, or
   * handed piece by piece to the sink.
   */
  capture(sink?: (piece: Uint8Array) => void): Capture {
    return new Capture(this.#machine, this.netif.interfaces, this.#parts.epochMs, sink);
  }

  #routeError(
    what: "add" | "delete",
    destination: string,
    { via, through }: Omit<RouteSpec, "to">,
    error: Errno,
  ): Error {
    const how = via === undefined ? (through === undefined ? "" : ` through ${through.name}`) : ` via ${via}`;
    return new Error(`${this.name}: can't ${what} the route to ${destination}${how}: ${explain(error)}`);
  }

  #addAddress(to: Interface, address: string, verified: boolean = false): void {
    const result = address === AUTO ? this.inet.startIpv6(to) : this.inet.addAddress(to, address, verified);
    if (result === 0) return;
    throw new Error(`${this.name}: ${to.name} can't have the address ${JSON.stringify(address)}: ${explain(result)}`);
  }
}

/** What inet's errors mean to the author of a scenario. */
function explain(error: Errno): string {
  const meaning: Partial<Record<Errno, string>> = {
    EINVAL:
      'addresses are written as "10.0.0.1/24" or "2001:db8::1/64", networks as "10.1.0.0/16" or "default", gateways as "10.0.0.1"',
    ENETUNREACH: "no interface of this host reaches that gateway directly",
    ENODEV: "a route needs a gateway (via) or an interface (through)",
    EEXIST: "there is one already",
    ESRCH: "there is no such route",
  };
  return `${error} (${meaning[error] ?? ERRNO_TEXT[error]})`;
}
