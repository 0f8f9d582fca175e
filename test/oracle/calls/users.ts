/** Calls on users and groups: setuid(2), setreuid(2), setresuid(2), setgroups(2) and kin. Words first, then rows. */
import fc from "fast-check";
import { hex, unhex } from "../memory.ts";
import { type Call, plainRow, type Row, row } from "../row.ts";
import { SYS } from "./numbers.ts";

/** A call that sets ids and gives nothing. */
const set = (
  name: "setuid" | "setgid" | "setreuid" | "setregid" | "setresuid" | "setresgid",
  ...ids: number[]
): Call => ({
  text: `${name}(${ids.join(", ")})`,
  linux: [SYS[name], ...ids],
  netloom: (sys) => (sys[name] as (...ids: number[]) => void).call(sys, ...ids),
});

export const setuid = (uid: number): Call => set("setuid", uid);
export const setgid = (gid: number): Call => set("setgid", gid);
export const setreuid = (real: number, effective: number): Call => set("setreuid", real, effective);
const setregid = (real: number, effective: number): Call => set("setregid", real, effective);
export const setresuid = (real: number, effective: number, saved: number): Call =>
  set("setresuid", real, effective, saved);
const setresgid = (real: number, effective: number, saved: number): Call => set("setresgid", real, effective, saved);

/** As the C library makes it of setresuid(2). */
export const seteuid = (uid: number): Call => ({
  text: `seteuid(${uid})`,
  linux: [SYS.setresuid, -1, uid, -1],
  netloom: (sys) => sys.seteuid(uid),
});

const triple = (name: "getresuid" | "getresgid"): Call => ({
  text: `${name}(&real, &effective, &saved)`,
  sysText: `${name}()`,
  linux: [SYS[name], hex([4], [0]), hex([4], [0]), hex([4], [0])],
  netloom: (sys) => {
    const { real, effective, saved } = sys[name]();
    return `${real} ${effective} ${saved}`;
  },
  outcome: ({ memory }) => memory.map((id) => unhex(id).readUInt32LE(0)).join(" "),
});

export const getresuid = (): Call => triple("getresuid");
const getresgid = (): Call => triple("getresgid");

export const setgroups = (groups: readonly number[]): Call => ({
  text: `setgroups(${groups.length}, {${groups.join(", ")}})`,
  sysText: `setgroups([${groups.join(", ")}])`,
  linux: [
    SYS.setgroups,
    groups.length,
    hex(
      groups.map(() => 4),
      groups,
    ),
  ],
  netloom: (sys) => sys.setgroups(groups),
});

// ---- rows ----

const id = fc.constantFrom(0, 1000, 1000, 1001);
const idOrNone = fc.constantFrom(-1, 0, 1000, 1000, 1001);

/** Gives up rights for a while, or takes them back. */
export const seteuidRow: Row = row("seteuid", 8, id, seteuid);

export const userRows: readonly Row[] = [
  seteuidRow,
  row("setuid", 2, id, setuid),
  row("setgid", 2, id, setgid),
  row("setreuid", 2, fc.tuple(idOrNone, idOrNone), (args) => setreuid(...args)),
  row("setregid", 1, fc.tuple(idOrNone, idOrNone), (args) => setregid(...args)),
  row("setresuid", 3, fc.tuple(idOrNone, idOrNone, idOrNone), (args) => setresuid(...args)),
  row("setresgid", 2, fc.tuple(idOrNone, idOrNone, idOrNone), (args) => setresgid(...args)),
  row("setgroups", 1, fc.uniqueArray(fc.constantFrom(1000, 1001, 1002), { maxLength: 2 }), setgroups),
  plainRow("getresuid", 2, getresuid),
  plainRow("getresgid", 1, getresgid),
];
