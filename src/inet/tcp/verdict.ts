/**
 * What a step of RFC 9293 §3.10.7 decides about a segment. A step that has nothing against it answers null, and the next
 * one looks; apply() in arrives.ts does what a verdict says.
 */
export type Verdict =
  /** Nothing is said, nothing is kept. */
  | { readonly kind: "drop"; readonly counter: string | null }
  /** Answered with an ACK that says where we are. H18: limited in its rate unless it is an answer to data. */
  | { readonly kind: "ack"; readonly counter: string | null }
  /** RFC 5961: an ACK that makes a peer who means it say so properly. */
  | { readonly kind: "challenge-ack" }
  /** The connection is over, and the user is told, unless the state says otherwise. */
  | { readonly kind: "reset-received" }
  /** The peer is told that there is no such connection; ours goes on. */
  | { readonly kind: "reply-reset" }
  /** The peer is reset, and the connection is over. */
  | { readonly kind: "abort"; readonly counter: string };

export const CHALLENGE: Verdict = { kind: "challenge-ack" };
export const RESET_RECEIVED: Verdict = { kind: "reset-received" };
export const REPLY_RESET: Verdict = { kind: "reply-reset" };

export function drop(counter: string | null): Verdict {
  return { kind: "drop", counter };
}

export function acknowledge(counter: string | null): Verdict {
  return { kind: "ack", counter };
}
