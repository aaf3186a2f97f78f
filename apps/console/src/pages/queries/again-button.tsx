import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { readSubmission } from '../../api/submission.ts';
import { Failure } from '../../parts/failure.tsx';
import { newReportPath } from '../../parts/paths.ts';
import { useTexts } from '../../text/texts.tsx';

interface AgainButtonProps {
  readonly place: Place;
  readonly id: string;
  readonly title: string;
}

/** Opens the form with a query that has ended, to submit it again as it is or changed. */
export function AgainButton({ place, id, title }: AgainButtonProps) {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const [problem, setProblem] = useState<unknown>(null);
  const open = async () => {
    setProblem(null);
    const { body, tzo } = await readSubmission(place, id);
    // The form has no offset, and without it the buckets would be others.
    if (body === null || tzo !== undefined) setProblem(otherForm);
    else
      navigate(
        `${newReportPath(place.environment)}?${new URLSearchParams({ report: JSON.stringify(body) })}`,
      );
  };
  return (
    <>
      <button
        type="button"
        className="button small"
        aria-label={t('again.runOf', { title })}
        onClick={() => void open().catch(setProblem)}
      >
        {t('again.run')}
      </button>
      {problem === otherForm && (
        <p className="failure" role="alert">
          {t('again.otherForm')}
        </p>
      )}
      {problem !== null && problem !== otherForm && <Failure error={problem} />}
    </>
  );
}

const otherForm = 'other form';
