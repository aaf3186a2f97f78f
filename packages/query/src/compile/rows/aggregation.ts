import type { RawBuilder } from 'kysely';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import type { FactsQuery } from '../reported-facts.ts';

/** A key of groups and its name in the rows. */
interface NamedKey {
  readonly name: string;
  readonly key: RawBuilder<unknown>;
  /** The key in the rows: the shown text, or the key itself. */
  readonly sortKey: RawBuilder<unknown>;
}

export interface Aggregation {
  readonly boundPlan: BoundPlan;
  readonly facts: FactsQuery;
  readonly keys: readonly NamedKey[];
  /** Compiled metrics, in the order of the plan. */
  readonly metrics: readonly RawBuilder<unknown>[];
}
