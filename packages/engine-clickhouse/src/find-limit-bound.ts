import { readFile, rm } from 'node:fs/promises';
import {
  compileLimitBound,
  limitBoundKind,
  limitSampleFacts,
  limitSampleRange,
  type Dialect,
  type LimitBound,
} from '@hourglass/query';
import type { ObjectTask, RowFile } from '@hourglass/reports';
import type { Answer } from './ask-nodes.ts';

export interface SampleOptions {
  readonly sampleFacts: number;
  readonly dialectOf: (sample: ObjectTask) => Dialect;
  readonly ask: (answer: Pick<Answer, 'statement' | 'format' | 'name'>) => Promise<RowFile>;
}

/**
 * Finds a bound for a plan with a limit whose rows are in the order of a text. Without it the nodes would send all
 * groups to the first one. Null if there is none. Rows in the order of time end by their slices.
 */
export async function findLimitBound(
  task: ObjectTask,
  { sampleFacts, dialectOf, ask }: SampleOptions,
): Promise<LimitBound | null> {
  const { plan, facts } = task;
  const limit = plan.limitRows;
  if (limit === null || limitBoundKind(task) !== 'leading-text') return null;
  const range = limitSampleRange(facts.objects, plan.range, limitSampleFacts(limit, sampleFacts));
  if (range === null) return null;
  const sample = { ...task, plan: { ...plan, range } };
  const found = compileLimitBound(sample, dialectOf(sample));
  const sql = `select concat(toString(toInt64("c0")), ' ', ifNull("c1", '')) as line from (${found.sql})`;
  const { path } = await ask({ statement: { ...found, sql }, format: 'lines', name: 'limit-bound' });
  const text = await readFile(path, 'utf8');
  await rm(path);
  const [, groups, atMost] = /^(\d+) ([^]*)\n$/.exec(text) ?? [];
  if (atMost === undefined) throw new Error(`the bound of a limit is ${JSON.stringify(text)}`);
  return Number(groups) === limit ? { kind: 'leading-text', atMost } : null;
}
