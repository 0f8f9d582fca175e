/** What a person who wrote a name that is unknown may have meant. */

/** `did you mean "delayMs"?`, or what there is. */
export function suggest(name: string, names: readonly string[]): string {
  const wanted = name.toLowerCase();
  const near = names.find((candidate) => {
    const known = candidate.toLowerCase();
    return (wanted.length >= 3 && known.startsWith(wanted)) || distance(wanted, known) <= 2;
  });
  return near === undefined ? `there are ${names.join(", ")}` : `did you mean "${near}"?`;
}

/** How many letters have to be added, removed or replaced to make one word the other (Levenshtein's distance). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
