/**
 * Bytes and texts as a transcript shows them: short, on one line, and harmless to a terminal.
 */

const SHOWN_MAX_BYTES = 32;
const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
  "\x1b": "\\x1b",
  '"': '\\"',
};

/** Text in quotation marks, or hexadecimal digits where it is no text; at most so many bytes of it. */
export function quote(bytes: Uint8Array, maxBytes: number = SHOWN_MAX_BYTES): string {
  const shown = bytes.subarray(0, maxBytes);
  const more = bytes.length > maxBytes ? "…" : "";
  const text = decode(shown, bytes.length > maxBytes);
  return text === undefined ? `0x${Buffer.from(shown).toString("hex")}${more}` : `"${escapeText(text)}"${more}`;
}

/** A text with nothing in it that a terminal would obey. */
export function escapeText(text: string): string {
  return text.replace(/["\\\p{C}]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    return ESCAPES[character] ?? (character === "\\" ? "\\\\" : `\\u{${code.toString(16)}}`);
  });
}

/** Undefined when the bytes are not UTF-8, or hold control characters that no text has. */
function decode(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    // A character that the cut has gone through is left out.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
    const controls = text.match(/\p{Cc}/gu) ?? [];
    return controls.every((control) => Object.hasOwn(ESCAPES, control)) ? text : undefined;
  } catch {
    return undefined;
  }
}
