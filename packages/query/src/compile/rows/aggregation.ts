import type { RawBuilder } from 'kysely';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import type { FactsQuery } from '../reported-facts.ts';

/** A key of groups and its name in the rows. */
export interface NamedKey {
  readonly name: string;
  readonly key: RawBuilder<unknown>;
}

export interface Aggregation {
  readonly boundPlan: BoundPlan;
  readonly facts: FactsQuery;
  readonly keys: readonly NamedKey[];
  /** Compiled metrics, in the order of the plan. */
  readonly metrics: readonly RawBuilder<unknown>[];
}
