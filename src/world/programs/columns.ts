/** Names and rows in columns, for the programs of /bin. */

/** Rows with each column as wide as its widest cell; those whose heading begins with `>` stand to the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = headings.map((heading) => heading.replace(/^>/, ""));
  const all = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) => {
      const cells = row.map((cell, column) => {
        const width = widths[column] ?? 0;
        return headings[column]?.startsWith(">") ? cell.padStart(width) : cell.padEnd(width);
      });
      return `${cells.join(" ").trimEnd()}\n`;
    })
    .join("");
}

/** Names side by side, downwards first, as many columns as fit. */
export function sideBySide(names: readonly string[], width: number): string {
  const widest = Math.max(0, ...names.map((name) => name.length)) + 2;
  const columns = Math.max(1, Math.floor((width + 2) / widest));
  const rows = Math.ceil(names.length / columns);
  let text = "";
  for (let row = 0; row < rows; row++) {
    const cells = names.filter((_, index) => index % rows === row);
    text += `${cells
      .map((name) => name.padEnd(widest))
      .join("")
      .trimEnd()}\n`;
  }
  return text;
}
