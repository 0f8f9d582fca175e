/**
 * Rules: functions that see each frame put on a link and say what becomes of it.
 *
 * Order: link.rule(f) installs one → judge() asks all of them, in order of installation, once for each frame, when its
 * last bit has left the sender → channel.ts does what the ruling says. "drop" ends the asking; everything else adds up:
 * delays are added, copies are added, and a later rule sees the bytes that an earlier one put in place.
 */
import { Packet } from "../wire/packet.ts";
import { DELAY_MAX_MS, millisecondsToNs, show } from "./options.ts";
import { PacketView } from "./packet-view.ts";

/** What becomes of a frame. */
export type Verdict =
  | "pass"
  | "drop"
  /** Some bits of it are flipped. */
  | "corrupt"
  /** It arrives that much later than it would; frames behind it overtake it. */
  | { readonly delayMs: number }
  /** That many extra copies follow it. */
  | { readonly duplicate: number }
  /** Another frame, Ethernet header included, goes in its place. */
  | { readonly replace: Uint8Array };

/** Sees a frame and decides. It must answer at once, and is asked once for each frame. */
export type Rule = (packet: PacketView) => Verdict;

/** A rule threw, or answered what is no verdict. */
export class RuleError extends Error {
  override readonly name: string = "RuleError";
}

/** Where the frame is that is judged. */
export interface Scene {
  readonly linkName: string;
  /** The port that it came from. */
  readonly from: string;
  readonly timeNs: number;
  /** The longest frame that the link takes. */
  readonly frameMaxBytes: number;
}

/** What all rules together decided. */
export interface Ruling {
  /** The frame as it goes on: the one that was judged, or its replacement. */
  packet: Packet;
  outcome: "pass" | "changed" | "drop" | RuleError;
  corrupt: boolean;
  delayNs: number;
  copies: number;
}

const ETHERNET_HEADER_BYTES = 14;
const COPIES_MAX = 1000;
const ALLOWED = '"pass", "drop", "corrupt", { delayMs }, { duplicate } or { replace }';

/** Asks the rules one after the other. What a rule throws is part of the ruling. */
export function judge(rules: readonly Rule[], packet: Packet, scene: Scene): Ruling {
  const ruling: Ruling = { packet, outcome: "pass", corrupt: false, delayNs: 0, copies: 0 };
  let view = new PacketView(packet, scene.from, scene.timeNs);
  for (const rule of rules) {
    try {
      apply(rule(view), ruling, scene);
    } catch (cause) {
      ruling.outcome = failure(cause, scene);
    }
    if (ruling.outcome === "drop" || ruling.outcome instanceof RuleError) break;
    if (ruling.packet !== packet) view = new PacketView(ruling.packet, scene.from, scene.timeNs);
  }
  return ruling;
}

/** One verdict into the ruling. Throws at one that is none, having changed nothing. */
function apply(verdict: Verdict, ruling: Ruling, scene: Scene): void {
  if (verdict === "pass") return;
  if (verdict === "drop") ruling.outcome = "drop";
  else {
    if (verdict === "corrupt") ruling.corrupt = true;
    else applyRecord(verdict, ruling, scene);
    ruling.outcome = "changed";
  }
}

function applyRecord(verdict: Exclude<Verdict, string>, ruling: Ruling, scene: Scene): void {
  const [key, ...others] = typeof verdict === "object" && verdict !== null ? Object.keys(verdict) : [];
  const value = (verdict as Readonly<Record<string, unknown>> | null)?.[key ?? ""];
  if (others.length > 0) refuse(scene, show(verdict), ALLOWED);
  else if (key === "delayMs") ruling.delayNs += millisecondsToNs(number(key, value, DELAY_MAX_MS, scene));
  else if (key === "duplicate") ruling.copies += wholeNumber(key, value, COPIES_MAX, scene);
  else if (key === "replace") ruling.packet = Packet.from(frame(value, scene));
  else refuse(scene, show(verdict), ALLOWED);
}

function number(key: string, value: unknown, max: number, scene: Scene): number {
  if (typeof value === "number" && value >= 0 && value <= max) return value;
  return refuse(scene, `{ ${key}: ${show(value)} }`, `a number from 0 to ${max}`);
}

function wholeNumber(key: string, value: unknown, max: number, scene: Scene): number {
  if (Number.isInteger(value)) return number(key, value, max, scene);
  return refuse(scene, `{ ${key}: ${show(value)} }`, `a whole number from 0 to ${max}`);
}

function frame(value: unknown, scene: Scene): Uint8Array {
  const { frameMaxBytes } = scene;
  const isBytes = value instanceof Uint8Array;
  if (isBytes && value.length >= ETHERNET_HEADER_BYTES && value.length <= frameMaxBytes) return value;
  const given = isBytes ? `a Uint8Array of ${value.length} bytes` : show(value);
  return refuse(scene, `{ replace: ${given} }`, `a Uint8Array of ${ETHERNET_HEADER_BYTES} to ${frameMaxBytes} bytes`);
}

function refuse(scene: Scene, given: string, allowed: string): never {
  throw new RuleError(`link "${scene.linkName}": a rule answered ${given}; allowed is ${allowed}`);
}

function failure(cause: unknown, scene: Scene): RuleError {
  if (cause instanceof RuleError) return cause;
  const text = cause instanceof Error ? cause.message : show(cause);
  return new RuleError(`link "${scene.linkName}": a rule threw at a frame from ${scene.from}: ${text}`, { cause });
}
