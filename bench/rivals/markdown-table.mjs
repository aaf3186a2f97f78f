/** Prints rows of texts or numbers, the first of which are the titles. */
export function printTable(rows) {
  const lines = rows.map((cells) => cells.map(String));
  const widths = lines[0].map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  for (const [index, cells] of lines.entries()) {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    );
    console.log(`| ${padded.join(' | ')} |`);
    if (index === 0)
      console.log(
        `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`,
      );
  }
}

export function milliseconds(ms) {
  if (ms === Infinity) return 'out of memory';
  return ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
}
