import type { EngineTask, FactFiles, ReportPartials } from '@hourglass/reports';

export type FactsWithPartials = FactFiles & { readonly partials: ReportPartials };

export interface TaskWithPartials extends Pick<EngineTask, 'plan' | 'dataset' | 'directory'> {
  readonly facts: FactsWithPartials;
}

export function hasPartials(facts: FactFiles): facts is FactsWithPartials {
  return facts.partials !== undefined;
}

/**
 * Returns the facts of a report that reads no partials, and lets later reports of its shape read none:
 * because they are too large, or after a fault of the engine.
 */
export async function withoutPartials(
  { partials, ...facts }: FactsWithPartials,
  fault: unknown = null,
): Promise<FactFiles> {
  partials.refuse(fault);
  return { ...facts, segments: [...facts.segments, ...(await partials.placeCovered())] };
}
