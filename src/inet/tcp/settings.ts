/**
 * What a host's administrator may set of its TCP: net.ipv4.tcp_*, which count for both families.
 *
 * Read first: tcp(7), "/proc interfaces"; Linux's Documentation/networking/ip-sysctl. The values are Linux's, with three
 * exceptions: challenge ACKs are limited for the whole host too, as RFC 5961 §7 asks for, RFC 1337 is heeded, and a send buffer
 * may become as large as a receive buffer, so that 10 Gbit/s fill a path of 10 ms.
 */
import type { IntegerBounds, IntegerSetting, IntegersSetting, Sysctl, WordSetting } from "../../base/sysctl.ts";
import { CONGESTION_CONTROL_NAMES, congestionControl, DEFAULT_CONGESTION_CONTROL } from "./congestion/congestion.ts";
import { CookieKeys } from "./fast-open-cookie.ts";
import { RTO_MAX_NS, RTO_MIN_NS, type RtoBounds } from "./rtt.ts";

const FLAG = { min: 0, max: 1 };
const COUNT = { min: 0 };
/** Linux keeps most of them in a byte, and takes whatever that holds: a switch is on unless it is 0. */
const SMALL = { min: 0, max: 255 };
/** What still is an int in jiffies, of which there are 250 in a second. */
const SECONDS_MAX = 8_589_934;
const NS_PER_US = 1000;
const NS_PER_MS = 1_000_000;

export class TcpSettings implements RtoBounds {
  /** Least, initial and greatest receive buffer, in bytes. */
  readonly rmem: IntegersSetting;
  /** Least, initial and greatest send buffer, in bytes. */
  readonly wmem: IntegersSetting;
  /** What all connections of the host may hold, in pages of 4096 bytes: from where it is low, under pressure, too much. */
  readonly mem: IntegersSetting;
  readonly moderateRcvbuf: IntegerSetting;
  readonly windowScaling: IntegerSetting;
  readonly timestamps: IntegerSetting;
  readonly sack: IntegerSetting;
  readonly dsack: IntegerSetting;
  /** 1: RACK finds losses; 0: RFC 6675. */
  readonly recovery: IntegerSetting;
  /** DupThresh. */
  readonly reordering: IntegerSetting;
  /** To what it may rise as segments are seen to overtake each other. */
  readonly maxReordering: IntegerSetting;
  /** RFC 1122 §4.2.2.4: the urgent pointer points to the last urgent byte, not behind it. */
  readonly stdurg: IntegerSetting;
  /** 3 and 4: tail loss probes. */
  readonly earlyRetrans: IntegerSetting;
  /** RFC 5682. */
  readonly frto: IntegerSetting;
  readonly syncookies: IntegerSetting;
  readonly abortOnOverflow: IntegerSetting;
  readonly maxSynBacklog: IntegerSetting;
  readonly synRetries: IntegerSetting;
  readonly synLinearTimeouts: IntegerSetting;
  readonly synackRetries: IntegerSetting;
  readonly retries1: IntegerSetting;
  readonly retries2: IntegerSetting;
  readonly orphanRetries: IntegerSetting;
  readonly maxOrphans: IntegerSetting;
  readonly maxTwBuckets: IntegerSetting;
  readonly twReuse: IntegerSetting;
  /** Milliseconds of TIME_WAIT after which tcp_tw_reuse counts. */
  readonly twReuseDelay: IntegerSetting;
  readonly rfc1337: IntegerSetting;
  /** Seconds. */
  readonly finTimeout: IntegerSetting;
  /** Seconds. */
  readonly keepaliveTime: IntegerSetting;
  readonly keepaliveProbes: IntegerSetting;
  /** Seconds. */
  readonly keepaliveIntvl: IntegerSetting;
  /** Bytes: TCP_NOTSENT_LOWAT of who has not set it. */
  readonly notsentLowat: IntegerSetting;
  readonly slowStartAfterIdle: IntegerSetting;
  readonly challengeAckLimit: IntegerSetting;
  /** Milliseconds between two answers to segments that don't belong to a connection's window. */
  readonly invalidRatelimit: IntegerSetting;
  readonly minSndMss: IntegerSetting;
  readonly rtoMinUs: IntegerSetting;
  readonly rtoMaxMs: IntegerSetting;
  /** The same two in nanoseconds: they are asked for with each round trip. */
  rtoMinNs: number = RTO_MIN_NS;
  rtoMaxNs: number = RTO_MAX_NS;
  /** RFC 3168: 0: no; 1: asked for; 2: taken up. */
  readonly ecn: IntegerSetting;
  readonly ecnFallback: IntegerSetting;
  /** Bits: 1 for clients, 2 for servers, 4 clients need no cookie, 0x200 nor do servers, 0x400 every listener has it. */
  readonly fastopen: IntegerSetting;
  /** Seconds; 0: a path that seems to lose it is no reason to pause. */
  readonly fastopenBlackholeTimeoutSec: IntegerSetting;
  readonly fastopenKey: WordSetting;
  /** What connections begin with. */
  readonly congestionControl: WordSetting;

  constructor(sysctl: Sysctl) {
    const integer = (name: string, initial: number, bounds: IntegerBounds) =>
      sysctl.integer(`net.ipv4.tcp_${name}`, initial, bounds);
    const buffer = (name: string, initial: readonly number[]) =>
      sysctl.integers(`net.ipv4.tcp_${name}`, initial, { min: 1 });
    this.rmem = buffer("rmem", [4096, 131_072, 33_554_432]);
    this.wmem = buffer("wmem", [4096, 16_384, 33_554_432]);
    this.mem = buffer("mem", [287_898, 383_866, 575_796]);
    this.moderateRcvbuf = integer("moderate_rcvbuf", 1, SMALL);
    this.windowScaling = integer("window_scaling", 1, SMALL);
    this.timestamps = integer("timestamps", 1, SMALL);
    this.sack = integer("sack", 1, SMALL);
    this.dsack = integer("dsack", 1, SMALL);
    this.recovery = integer("recovery", 1, SMALL);
    this.reordering = integer("reordering", 3, { min: 1, max: 300 });
    this.maxReordering = integer("max_reordering", 300, { min: 1 });
    this.stdurg = integer("stdurg", 0, SMALL);
    this.earlyRetrans = integer("early_retrans", 3, { min: 0, max: 4 });
    this.frto = integer("frto", 2, SMALL);
    this.syncookies = integer("syncookies", 1, SMALL);
    this.abortOnOverflow = integer("abort_on_overflow", 0, SMALL);
    this.maxSynBacklog = integer("max_syn_backlog", 2048, COUNT);
    this.synRetries = integer("syn_retries", 6, { min: 1, max: 127 });
    this.synLinearTimeouts = integer("syn_linear_timeouts", 4, { min: 0, max: 127 });
    this.synackRetries = integer("synack_retries", 5, SMALL);
    this.retries1 = integer("retries1", 3, SMALL);
    this.retries2 = integer("retries2", 15, SMALL);
    this.orphanRetries = integer("orphan_retries", 0, SMALL);
    this.maxOrphans = integer("max_orphans", 131_072, COUNT);
    this.maxTwBuckets = integer("max_tw_buckets", 131_072, COUNT);
    this.twReuse = integer("tw_reuse", 2, { min: 0, max: 2 });
    this.twReuseDelay = integer("tw_reuse_delay", 1000, { min: 1, max: 60_000 });
    this.rfc1337 = integer("rfc1337", 1, SMALL);
    this.finTimeout = integer("fin_timeout", 60, { min: 0, max: SECONDS_MAX });
    this.keepaliveTime = integer("keepalive_time", 7200, { min: 1, max: SECONDS_MAX });
    this.keepaliveProbes = integer("keepalive_probes", 9, SMALL);
    this.keepaliveIntvl = integer("keepalive_intvl", 75, { min: 1, max: SECONDS_MAX });
    this.notsentLowat = integer("notsent_lowat", 0xffff_ffff, { min: 0, max: 0xffff_ffff });
    this.slowStartAfterIdle = integer("slow_start_after_idle", 1, SMALL);
    this.challengeAckLimit = integer("challenge_ack_limit", 1000, COUNT);
    this.invalidRatelimit = integer("invalid_ratelimit", 500, COUNT);
    this.congestionControl = sysctl.word(
      "net.ipv4.tcp_congestion_control",
      DEFAULT_CONGESTION_CONTROL.name,
      (name) => congestionControl(name) !== undefined,
      "ENOENT",
    );
    sysctl.word("net.ipv4.tcp_available_congestion_control", CONGESTION_CONTROL_NAMES, () => false);
    this.ecn = integer("ecn", 2, { min: 0, max: 2 });
    this.ecnFallback = integer("ecn_fallback", 1, FLAG);
    this.fastopen = integer("fastopen", 1, COUNT);
    this.fastopenBlackholeTimeoutSec = integer("fastopen_blackhole_timeout_sec", 0, COUNT);
    const isKey = (text: string) => CookieKeys.fromText(text) !== null;
    this.fastopenKey = sysctl.word("net.ipv4.tcp_fastopen_key", "0-0-0-0", isKey);
    this.minSndMss = integer("min_snd_mss", 48, { min: 48, max: 65_535 });
    this.rtoMinUs = integer("rto_min_us", RTO_MIN_NS / NS_PER_US, {
      min: 1,
      changed: () => {
        this.rtoMinNs = this.rtoMinUs.value * NS_PER_US;
      },
    });
    this.rtoMaxMs = integer("rto_max_ms", RTO_MAX_NS / NS_PER_MS, {
      min: 1000,
      max: RTO_MAX_NS / NS_PER_MS,
      changed: () => {
        this.rtoMaxNs = this.rtoMaxMs.value * NS_PER_MS;
      },
    });
  }
}

/** The value at a place of a setting that holds several. */
export function nth(setting: IntegersSetting, index: number): number {
  return setting.values[index] as number;
}
