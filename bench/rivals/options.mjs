import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [--rows N] [--seed N] [--threads N] [--without postgres,clickhouse]
                 [--json FILE] [--baseline FILE] [--directory FOLDER] [--smoke] [--strict]

  --rows N          facts, 1,000 to 100,000,000 (default 10000000)
  --seed N          of the facts (default 1)
  --threads N       for each of the engines (default: cores)
  --without NAMES   leaves rivals out: postgres, clickhouse
  --json FILE       writes everything that was measured
  --baseline FILE   such a file of a run with fewer facts: shows how time and memory grow
  --directory DIR   for all files, which are removed at the end (default: the system's temporary folder)
  --smoke           compares results and measures once; ends with a count of the comparisons
  --strict          exit code 1 also when a figure is missed`;

/** Throws an error that names the option when one is wrong. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '10000000' },
      seed: { type: 'string', default: '1' },
      threads: { type: 'string', default: String(availableParallelism()) },
      without: { type: 'string', default: '' },
      json: { type: 'string' },
      baseline: { type: 'string' },
      directory: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    rows: wholeNumber('--rows', values.rows, 1_000, 100_000_000),
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 31),
    threads: wholeNumber('--threads', values.threads, 1, 256),
    without: rivalNames(values.without),
  };
}

function wholeNumber(option, text, min, max) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new Error(`${option}: "${text}" is not a whole number from ${min} to ${max}`);
}

function rivalNames(text) {
  const known = ['postgres', 'clickhouse'];
  const names = text === '' ? [] : text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--without: "${unknown}" is not one of ${known.join(', ')}`);
  return names;
}
