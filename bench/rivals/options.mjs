import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [--rows N] [--seed N] [--threads N] [--suite NAME] [--causes]
                 [--without postgres,clickhouse] [--json FILE] [--baseline FILE] [--directory FOLDER]
                 [--smoke] [--strict]

  --rows N          number of facts, 1,000 to 100,000,000 (default 10000000)
  --seed N          seed of the facts (default 1)
  --threads N       threads per engine (default: one per core)
  --suite NAME      contract (default): fourteen reports, which the targets are for; public: shapes of ClickBench and
                    JSONBench, from 100,000 facts; all: both
  --causes          also measure each shape without its limit, with partials and with a new engine
  --without NAMES   skip rivals: postgres, clickhouse
  --json FILE       write all measurements to a file
  --baseline FILE   --json file of a run with fewer facts, to report the growth of time and memory
  --directory DIR   folder for all files, which are removed at the end (default: the system's temporary folder)
  --smoke           measure once and end with a count of the comparisons of results
  --strict          also exit with code 1 when a target is missed`;

/** @throws an error that names the wrong option. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '10000000' },
      seed: { type: 'string', default: '1' },
      threads: { type: 'string', default: String(availableParallelism()) },
      suite: { type: 'string', default: 'contract' },
      causes: { type: 'boolean', default: false },
      without: { type: 'string', default: '' },
      json: { type: 'string' },
      baseline: { type: 'string' },
      directory: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const suite = oneOf('--suite', values.suite, ['contract', 'public', 'all']);
  const without = rivalNames(values.without);
  if (values.causes && without.includes('clickhouse'))
    throw new Error('--causes: not possible with --without clickhouse; expected one of them');
  return {
    ...values,
    suite,
    without,
    rows: wholeNumber('--rows', values.rows, suite === 'contract' ? 1_000 : 100_000, 100_000_000),
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 31),
    threads: wholeNumber('--threads', values.threads, 1, 256),
  };
}

function oneOf(option, text, names) {
  if (names.includes(text)) return text;
  throw new Error(`${option}: "${text}" is not known; expected one of ${names.join(', ')}`);
}

function wholeNumber(option, text, min, max) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new Error(`${option}: "${text}" is not valid; expected a whole number from ${min} to ${max}`);
}

function rivalNames(text) {
  const known = ['postgres', 'clickhouse'];
  const names = text === '' ? [] : text.split(',');
  return names.map((name) => oneOf('--without', name, known));
}
