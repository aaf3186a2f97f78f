// Reads .env for npm start. Uses only Node.js, because it runs on a fresh clone. Node's own reader skips lines that
// are not valid and ends a value at "#", also amid a password, where Docker Compose does not.
import { readFile } from 'node:fs/promises';

const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=\s*(.*)$/;
const comment = /(?:^|\s+)#.*$/;
const quotedValue = /^(?:'([^']*)'|"([^"$\\]*)")\s*(?:#.*)?$/;

/**
 * Adds the variables of a .env file to `environment`, whose own variables win, also empty ones. A missing file has
 * none. Accepts only lines that Docker Compose reads alike: one NAME=value each, without substitution.
 * @throws Error with every line that is not valid
 */
export async function loadEnvFile(file, environment) {
  const { values, faults } = parse(await readText(file));
  if (faults.length > 0) {
    const count = faults.length === 1 ? 'a line' : `${faults.length} lines`;
    throw new Error(`${file}: cannot read ${count}:\n  ${faults.join('\n  ')}`);
  }
  for (const [name, { value }] of values) environment[name] ??= value;
}

async function readText(file) {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw new Error(`${file}: cannot be read (${error.code}); expected a file of NAME=value lines`, {
      cause: error,
    });
  }
}

/** Values may be secrets, so faults do not show them. */
function parse(text) {
  const values = new Map();
  const faults = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, written] = assignment.exec(line) ?? [];
    const value = name === undefined ? null : valueOf(written);
    const first = values.get(name);
    if (name === undefined) faults.push(`line ${index + 1}: no assignment; expected NAME=value`);
    else if (value === null) {
      faults.push(
        `line ${index + 1}: ${name} has a quote, "$" or "\\" in its value; expected the whole value in single quotes`,
      );
    } else if (first !== undefined) {
      faults.push(`line ${index + 1}: ${name} is already set in line ${first.line}; expected one line`);
    } else values.set(name, { value, line: index + 1 });
  }
  return { values, faults };
}

/** Returns null for a value that Docker Compose may read differently. */
function valueOf(written) {
  const [quoted, single, double] = quotedValue.exec(written) ?? [];
  if (quoted !== undefined) return single ?? double;
  const value = written.replace(comment, '');
  return /['"$\\]/.test(value) ? null : value;
}
