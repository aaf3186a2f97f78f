/** The prose of a Markdown file, line by line: without code blocks, code spans, HTML comments and link targets. */
export function documentProse(source) {
  const pieces = [];
  let isCode = false;
  for (const [index, line] of source.split('\n').entries()) {
    if (/^\s*(?:```|~~~)/.test(line)) isCode = !isCode;
    else if (!isCode) pieces.push({ kind: 'document', text: plainLine(line), line: index + 1 });
  }
  return pieces;
}

function plainLine(line) {
  return line.replaceAll(/`[^`]*`/g, '').replaceAll(/\]\([^)]*\)/g, ']');
}

/** The comments of a file in which `#`, or `//` in a Prisma schema, begins them. */
export function markedComments(source) {
  const pieces = [];
  for (const [index, line] of source.split('\n').entries()) {
    const comment = /^\s*(?:#+|\/\/\/?)\s(.*)$/.exec(line);
    if (comment) pieces.push({ kind: 'line', text: comment[1], line: index + 1 });
  }
  return pieces;
}
