/**
 * What getaddrinfo() and getnameinfo() fail with.
 *
 * Read first: getaddrinfo(3), "Return value"; gai_strerror(3). These are errors of the library, not of a system call, so
 * they have names and numbers of their own.
 */

/** The numbers of Linux's netdb.h. */
export const EAI = {
  EAI_BADFLAGS: -1,
  EAI_NONAME: -2,
  EAI_AGAIN: -3,
  EAI_FAIL: -4,
  EAI_FAMILY: -6,
  EAI_SOCKTYPE: -7,
  EAI_SERVICE: -8,
  EAI_OVERFLOW: -12,
} as const;

export type EaiCode = keyof typeof EAI;

const TEXTS: Readonly<Record<EaiCode, string>> = {
  EAI_BADFLAGS: "bad value for the flags",
  EAI_NONAME: "name or service not known",
  EAI_AGAIN: "temporary failure in name resolution",
  EAI_FAIL: "non-recoverable failure in name resolution",
  EAI_FAMILY: "address family not supported",
  EAI_SOCKTYPE: "socket type not supported",
  EAI_SERVICE: "service not available for this socket type",
  EAI_OVERFLOW: "the result is too long",
};

/** A name could not be translated. */
export class GaiError extends Error {
  /** "EAI_NONAME". */
  readonly code: EaiCode;
  /** -2. */
  readonly errno: number;

  constructor(code: EaiCode, subject: string) {
    super(`${subject}: ${TEXTS[code]}`);
    this.name = "GaiError";
    this.code = code;
    this.errno = EAI[code];
  }
}
