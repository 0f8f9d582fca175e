/** Ends of a PPP link for tests: a device under an interface without a host, and a peer that is a script. */
import { ACCM_ALL, Deframer, encode } from "../../wire/hdlc.ts";
import { Packet } from "../../wire/packet.ts";
import * as ppp from "../../wire/ppp.ts";
import * as control from "../../wire/ppp-control.ts";
import { TestInterface, TestWorld } from "../link.fixture.ts";
import { Serial, type SerialEnd, type SerialOptions } from "../serial.ts";
import { expand } from "./header.ts";
import type { NetworkUp } from "./ipcp.ts";
import { type PppOptions, resolvePpp } from "./options.ts";
import { PppDevice } from "./ppp.ts";

export const NS_PER_SECOND = 1_000_000_000;

/** A device with the interface above it, and what it has told. */
export class PppHost {
  readonly device: PppDevice;
  readonly interface: TestInterface;
  readonly machine: ReturnType<TestWorld["machine"]>;
  readonly told: string[] = [];

  constructor(world: TestWorld, name: string, line: Serial, options: PppOptions) {
    this.machine = world.machine(name);
    const tell = (what: string) => (up: NetworkUp) => this.told.push(`${what} ${up.family} ${up.local} ${up.remote}`);
    const client = { networkUp: tell("up"), networkDown: tell("down") };
    this.device = new PppDevice(this.machine, line.end(), resolvePpp(options), client);
    this.interface = new TestInterface(world, this.device, 0, `${name}:ppp0`);
  }

  /** Sends an IPv4 packet with these bytes. */
  send(...bytes: number[]): void {
    const packet = Packet.from(Uint8Array.from(bytes));
    ppp.emit(packet.view, packet.prepend(ppp.HEADER_LENGTH), ppp.PROTOCOL_IPV4);
    this.interface.send(packet);
  }

  /** What has arrived for the interface, without its header. */
  get received(): number[][] {
    return this.interface.arrivals.map(({ packet }) => [...packet.copyBytes().subarray(ppp.HEADER_LENGTH)]);
  }
}

export function twoHosts(a: PppOptions = {}, b: PppOptions = {}, options: SerialOptions = {}) {
  const world = new TestWorld();
  const line = new Serial(world.machine("line"), options);
  const hosts = [new PppHost(world, "a", line, a), new PppHost(world, "b", line, b)] as const;
  const seconds = (count: number): void => {
    world.run(world.scheduler.nowNs + count * NS_PER_SECOND);
  };
  return { world, line, a: hosts[0], b: hosts[1], seconds };
}

/** The other end as a script: it sends what it is told, and keeps what it hears. */
export class Script {
  readonly heard: { readonly protocol: number; readonly packet: control.ControlPacket | undefined }[] = [];
  readonly #end: SerialEnd;
  readonly #waiting: Uint8Array[] = [];

  constructor(line: Serial, onBytes?: (bytes: Uint8Array, script: Script) => void) {
    this.#end = line.end();
    const deframer = new Deframer({ frame: (bytes) => this.#frame(bytes), fault: () => {} }, 2000);
    this.#end.open(
      {
        receive: (bytes) => (onBytes === undefined ? deframer.input(bytes) : onBytes(bytes, this)),
        writable: () => this.#flush(),
        carrierChanged: () => {},
      },
      "script",
    );
  }

  raw(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#flush();
  }

  control(protocol: number, code: number, identifier: number, data: Uint8Array | readonly number[]): void {
    const information = control.emitControl({ code, identifier, data: Uint8Array.from(data) });
    this.raw(encode(Uint8Array.of(0xff, 3, protocol >>> 8, protocol & 0xff, ...information), ACCM_ALL));
  }

  /** Acknowledges the last request of a protocol and makes an empty one of its own. */
  agree(protocol: number): void {
    const request = this.heard.findLast(
      (one) => one.protocol === protocol && one.packet?.code === control.CONFIGURE_REQUEST,
    );
    this.control(protocol, control.CONFIGURE_REQUEST, 1, []);
    this.control(protocol, control.CONFIGURE_ACK, request?.packet?.identifier ?? 0, request?.packet?.data ?? []);
  }

  #flush(): void {
    while (this.#end.ready) {
      const bytes = this.#waiting.shift();
      if (bytes === undefined) return;
      this.#end.write(bytes);
    }
  }

  #frame(bytes: Uint8Array): void {
    const packet = expand(bytes);
    if (packet === undefined) return;
    const protocol = ppp.protocol(packet.view, packet.start);
    this.heard.push({ protocol, packet: control.parseControl(packet.copyBytes().subarray(ppp.HEADER_LENGTH)) });
  }
}
