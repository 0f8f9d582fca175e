/**
 * struct termios: how a terminal treats what goes in and out. Read first: termios(3).
 */
import type { Errno } from "../abi/errno.ts";
import {
  B38400,
  CREAD,
  CS8,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHONL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IXON,
  NCCS,
  ONLCR,
  OPOST,
  VMIN,
  VTIME,
} from "../abi/termios.ts";

/** struct termios, without the prefix c_. */
export interface Termios {
  readonly iflag: number;
  readonly oflag: number;
  readonly cflag: number;
  readonly lflag: number;
  /** The special characters, by VINTR and its kin. */
  readonly cc: readonly number[];
}

/** struct winsize: the window of a terminal, in characters. */
export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
}

/** How a new terminal is set: tty_std_termios of Linux. */
export const INITIAL_TERMIOS: Termios = {
  iflag: ICRNL | IXON,
  oflag: OPOST | ONLCR,
  cflag: B38400 | CS8 | CREAD,
  lflag: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
  //   ^C ^\  DEL   ^U    ^D TIME MIN   ^Q    ^S    ^Z    EOL ^R    ^O    ^W    ^V
  cc: [3, 28, 0x7f, 0x15, 4, 0, 1, 0, 0x11, 0x13, 0x1a, 0, 0x12, 0x0f, 0x17, 0x16, 0, 0, 0],
};

/** BRKINT, PARMRK and IGNBRK, which mean nothing on a line without breaks and parity. */
const LINE_ERRORS = 0o1 | 0o2 | 0o10;
/** CSIZE and PARENB. */
const CHARACTER_SIZE = 0o60 | 0o400;

/** cfmakeraw(3): the settings for a program that wants each byte as it is typed. */
export function cfmakeraw(termios: Termios): Termios {
  const cc = [...termios.cc];
  cc[VMIN] = 1;
  cc[VTIME] = 0;
  return {
    iflag: termios.iflag & ~(LINE_ERRORS | ISTRIP | INLCR | IGNCR | ICRNL | IXON),
    oflag: termios.oflag & ~OPOST,
    cflag: (termios.cflag & ~CHARACTER_SIZE) | CS8,
    lflag: termios.lflag & ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN),
    cc,
  };
}

/** What a program hands in, as a record of our own. EFAULT: no record; EINVAL: what should be numbers is none. */
export function parseTermios(given: unknown, old: Termios): Termios | Errno {
  if (typeof given !== "object" || given === null) return "EFAULT";
  const { iflag, oflag, cflag, lflag, cc } = given as Partial<Termios>;
  const flags = [iflag, oflag, cflag, lflag];
  if (!flags.every((value) => Number.isInteger(value)) || !Array.isArray(cc)) return "EINVAL";
  if (!cc.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)) return "EINVAL";
  const characters = Array.from({ length: NCCS }, (_, index) => (cc[index] ?? old.cc[index] ?? 0) as number);
  const [input, output, , local] = flags as [number, number, number, number];
  // A pseudo-terminal has eight bits, whatever it is told.
  return {
    iflag: input >>> 0,
    oflag: output >>> 0,
    cflag: (((cflag as number) & ~CHARACTER_SIZE) | CS8 | CREAD) >>> 0,
    lflag: local >>> 0,
    cc: characters,
  };
}

/** What a program hands in as a window. EINVAL: no sizes of 16 bits. */
export function parseWindow(given: unknown): WindowSize | Errno {
  if (typeof given !== "object" || given === null) return "EFAULT";
  const { rows, columns } = given as Partial<WindowSize>;
  const isSize = (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff;
  return isSize(rows) && isSize(columns) ? { rows, columns } : "EINVAL";
}
