/** date(1): the virtual time of day, in UTC. Read first: clock_gettime(2), CLOCK_REALTIME. */
import type { Tool } from "./tool.ts";

const DAY_SECONDS = 86_400;
const WEEKDAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export interface Moment {
  readonly year: number;
  /** 0 is January. */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly time: string;
}

export const date: Tool = {
  name: "date",
  usage: "[-u] [+FORMAT]",
  summary: "Writes the world's time. FORMAT may have %Y %m %d %H %M %S %N %s %F %T %a %b %%.",
  options: "u",
  async run(box) {
    const { seconds, nanoseconds } = box.sys.clockGettime("CLOCK_REALTIME");
    const [format] = box.operands;
    const { year, month, day, weekday, time } = momentOf(seconds);
    if (format === undefined) return await box.out(`${dateText(seconds)}\n`);
    if (!format.startsWith("+")) box.refuse("a format begins with +");
    const [hour = "", minute = "", second = ""] = time.split(":");
    const [mm, dd] = [pad(month + 1), pad(day)];
    const values: Readonly<Record<string, string>> = {
      Y: String(year),
      m: mm,
      d: dd,
      H: hour,
      M: minute,
      S: second,
      N: String(nanoseconds).padStart(9, "0"),
      s: String(seconds),
      F: `${year}-${mm}-${dd}`,
      T: time,
      a: WEEKDAYS[weekday] as string,
      b: MONTHS[month] as string,
      "%": "%",
    };
    await box.out(`${format.slice(1).replace(/%([A-Za-z%])/g, (whole, letter: string) => values[letter] ?? whole)}\n`);
  },
};

/** `Sat Jan  1 12:00:00 UTC 2000`. */
export function dateText(seconds: number): string {
  const { year, month, day, weekday, time } = momentOf(seconds);
  return `${WEEKDAYS[weekday]} ${MONTHS[month]} ${String(day).padStart(2)} ${time} UTC ${year}`;
}

/** `Jan  1 12:00`, as `ls -l` has it. */
export function formatMonthDay(seconds: number): string {
  const { month, day, time } = momentOf(seconds);
  return `${MONTHS[month]} ${String(day).padStart(2)} ${time.slice(0, 5)}`;
}

/** From seconds since 1970 to a date of the Gregorian calendar, by eras of 400 years that begin in March. */
export function momentOf(seconds: number): Moment {
  const days = Math.floor(seconds / DAY_SECONDS);
  const rest = seconds - days * DAY_SECONDS;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = (fromMarch + 2) % 12;
  const year = yearOfEra + era * 400 + (month <= 1 ? 1 : 0);
  const time = [rest / 3600, (rest / 60) % 60, rest % 60].map((part) => pad(Math.floor(part))).join(":");
  return { year, month, day, weekday: ((days % 7) + 7) % 7, time };
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
