import type { RawBuilder } from 'kysely';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import type { FactsQuery } from '../reported-facts.ts';

/** A key of groups and its name in the rows. */
export interface NamedKey {
  readonly name: string;
  readonly key: RawBuilder<unknown>;
  /** The stored text whose `shownText` is the key. Null: it is none. */
  readonly stored: RawBuilder<unknown> | null;
}

export interface Aggregation {
  readonly boundPlan: BoundPlan;
  readonly facts: FactsQuery;
  readonly keys: readonly NamedKey[];
  /** Compiled metrics, in the order of the plan. */
  readonly metrics: readonly RawBuilder<unknown>[];
}
