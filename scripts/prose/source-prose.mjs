import { parseSync, Visitor } from 'oxc-parser';

/**
 * The prose of a TypeScript or JavaScript file: its comments and its texts, which are messages, help and test names.
 * Each piece has the `line` on which it begins. Names in backquotes and identifiers are left out.
 * @throws Error for a file that does not parse
 */
export function sourceProse(file, source) {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const pieces = [];
  const add = (kind, text, start) => pieces.push({ kind, text, line: lineAt(source, start) });
  for (const comment of joinLines(comments, source))
    add('comment', plainComment(comment.value), comment.start);
  new Visitor({
    Literal: ({ value, start }) => isSentence(value) && add('text', value, start),
    TemplateElement: ({ value, start }) => isSentence(value.cooked) && add('text', value.cooked, start),
    JSXText: ({ value, start }) => isSentence(value) && add('text', value, start),
  }).visit(program);
  return pieces;
}

/** A text with a space between letters; codes, paths and names of columns are no prose. */
function isSentence(value) {
  return typeof value === 'string' && /[a-z] [a-z]/i.test(value);
}

/** Line comments that follow each other are one comment. */
function joinLines(comments, source) {
  const joined = [];
  for (const comment of comments) {
    const last = joined.at(-1);
    const between = last && source.slice(last.end, comment.start);
    if (comment.type === 'Line' && last?.type === 'Line' && /^\n[ \t]*$/.test(between)) {
      last.value += `\n${comment.value}`;
      last.end = comment.end;
    } else joined.push({ ...comment });
  }
  return joined;
}

function plainComment(value) {
  return value
    .replace(/^\*/, '')
    .replaceAll(/\n\s*\* ?/g, '\n')
    .trim();
}

function lineAt(source, offset) {
  return source.slice(0, offset).split('\n').length;
}
