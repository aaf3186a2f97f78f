import type { QueryStatus } from '@hourglass/contract';
import { Link } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useSubmission } from '../../api/submission.ts';
import { Notice } from '../../parts/notice.tsx';
import { newReportPath } from '../../parts/paths.ts';
import { useTexts } from '../../text/texts.tsx';

interface EndedNoticeProps {
  readonly place: Place;
  readonly id: string;
  readonly query: QueryStatus;
  readonly maySubmit: boolean;
}

/** Says why an ended query has no result, and what to do. */
export function EndedNotice({ place, id, query: { state, error }, maySubmit }: EndedNoticeProps) {
  const { t, tApi } = useTexts();
  if (state !== 'failed' && state !== 'expired' && state !== 'cancelled') return null;
  return (
    <Notice title={t(`result.${state}`)}>
      {error !== undefined && <span className="reason-text">{tApi(error)} </span>}
      {t(`result.${state}Next`)}
      {state === 'failed' && <span className="sub">{t('result.queryId', { id })}</span>}
      {maySubmit && <RunAgain place={place} id={id} isPrimary />}
    </Notice>
  );
}

interface RunAgainProps {
  readonly place: Place;
  readonly id: string;
  readonly isPrimary?: boolean;
}

/** Opens the form with the same report. Nothing if the query has another form. */
export function RunAgain({ place, id, isPrimary = false }: RunAgainProps) {
  const { t } = useTexts();
  const body = useSubmission(place, id);
  if (body === undefined || body === null) return null;
  const parameters = new URLSearchParams({ report: JSON.stringify(body) });
  return (
    <span className={isPrimary ? 'run-again' : undefined}>
      <Link
        className={isPrimary ? 'button primary' : 'button small'}
        href={`${newReportPath(place.environment)}?${parameters}`}
      >
        {t('result.runAgain')}
      </Link>
    </span>
  );
}
