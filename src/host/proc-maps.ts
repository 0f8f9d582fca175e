/**
 * /proc/PID/maps: what a process has mapped, a line for each. Read first: proc_pid_maps(5).
 */
import { PAGE_BYTES, PROT_EXEC, PROT_READ, PROT_WRITE } from "../abi/mman.ts";
import type { Mapping } from "../ipc/mapping.ts";
import type { Process } from "../kernel/process.ts";

/** The column in which names begin. */
const NAME_COLUMN = 73;

export function mapsText(process: Process): string {
  return process.ipc.memory.all().map(line).join("");
}

function line(mapping: Mapping): string {
  const { address, length, protection, isShared, memoryOffset, inode, name } = mapping;
  const end = address + Math.ceil(length / PAGE_BYTES) * PAGE_BYTES;
  const letters = [
    (protection & PROT_READ) !== 0 ? "r" : "-",
    (protection & PROT_WRITE) !== 0 ? "w" : "-",
    (protection & PROT_EXEC) !== 0 ? "x" : "-",
    isShared ? "s" : "p",
  ].join("");
  const device = name === "" ? "00:00" : "00:01";
  const head = `${hex(address, 12)}-${hex(end, 12)} ${letters} ${hex(memoryOffset, 8)} ${device} ${inode}`;
  return name === "" ? `${head}\n` : `${head.padEnd(NAME_COLUMN - 1)} ${name}\n`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
