const maxLines = 400;
const maxCellCharacters = 120;

/** Documents over 400 lines, and cells of tables over 120 characters: an explanation is a paragraph. */
export function documentFaults(file, source) {
  const lines = source.trimEnd().split('\n');
  const faults = [];
  if (lines.length > maxLines && file !== 'CHANGELOG.md') {
    faults.push({ line: maxLines, message: `${lines.length} lines; expected at most ${maxLines}` });
  }
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('|')) continue;
    const longest = Math.max(...line.split(/(?<!\\)\|/).map((cell) => cell.trim().length));
    if (longest > maxCellCharacters) {
      faults.push({
        line: index + 1,
        message: `a table cell of ${longest} characters; expected at most ${maxCellCharacters}`,
      });
    }
  }
  return faults;
}
