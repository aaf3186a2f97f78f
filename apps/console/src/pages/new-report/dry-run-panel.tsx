import type { QueryExplanation } from '@hourglass/contract';
import type { ReactNode } from 'react';
import type { ApiError } from '../../api/http.ts';
import type { DryRun } from '../../api/submit.ts';
import { Failure } from '../../parts/failure.tsx';
import { prepareEstimate } from '../../report/estimate.ts';
import { useTexts } from '../../text/texts.tsx';

export interface DryRunPanelProps {
  readonly dryRun: DryRun | undefined;
  /** Another failure than a refusal of the report. */
  readonly error: unknown;
  readonly isPending: boolean;
  /** Faults of members that the form does not show. */
  readonly others: readonly string[];
  /** The submission. */
  readonly children: ReactNode;
}

/** Shows the estimate of a report, or the faults for which the API refuses it. */
export function DryRunPanel({ dryRun, error, isPending, others, children }: DryRunPanelProps) {
  const { t } = useTexts();
  const { estimate = null, refusal = null } = dryRun ?? {};
  return (
    <section className="card stack">
      <h2>{t('estimate.title')}</h2>
      <div aria-live="polite" aria-busy={isPending}>
        {estimate !== null && <Figures estimate={estimate} />}
        {refusal !== null && <Refusal refusal={refusal} others={others} />}
        {error !== null && <Failure error={error} />}
        {dryRun === undefined && error === null && <p className="hint">{t('estimate.pending')}</p>}
      </div>
      {children}
    </section>
  );
}

function Refusal({ refusal, others }: { readonly refusal: ApiError; readonly others: readonly string[] }) {
  const { t } = useTexts();
  if (refusal.faults.length === 0) return <Failure error={refusal} />;
  return (
    <ul className="errors">
      <li>{t('estimate.faulty', { count: refusal.faults.length })}</li>
      {others.map((fault) => (
        <li key={fault}>{fault}</li>
      ))}
    </ul>
  );
}

function Figures({ estimate }: { readonly estimate: QueryExplanation }) {
  const { t, tag } = useTexts();
  const { rowsScanned, bytesScanned, groups, seconds } = prepareEstimate(estimate, tag);
  const figures = [
    [t('estimate.facts'), rowsScanned],
    [t('estimate.bytes'), bytesScanned],
    [t('estimate.groups'), groups ?? t('estimate.unknown')],
    [t('estimate.seconds'), seconds],
  ];
  return (
    <dl className="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
