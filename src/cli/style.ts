/**
 * Colours for terminals, and none elsewhere.
 *
 * Read first: no-color.org.
 */

/** Wraps a text in what makes it look so; on anything but a terminal, nothing. */
export interface Style {
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly error: (text: string) => string;
  readonly packet: (text: string) => string;
}

const plain = (text: string): string => text;
const PLAIN: Style = { dim: plain, bold: plain, error: plain, packet: plain };
const COLOURED: Style = { dim: sgr(2, 22), bold: sgr(1, 22), error: sgr(31, 39), packet: sgr(36, 39) };

/** The style for standard output. */
export function stdoutStyle(): Style {
  const { NO_COLOR = "", TERM = "" } = process.env;
  return process.stdout.isTTY === true && NO_COLOR === "" && TERM !== "dumb" ? COLOURED : PLAIN;
}

/** ECMA-48, select graphic rendition. */
function sgr(on: number, off: number): (text: string) => string {
  return (text) => `\x1b[${on}m${text}\x1b[${off}m`;
}
