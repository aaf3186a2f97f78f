import { Link } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useCancelQuery } from '../../api/queries.ts';
import { CancelButton } from '../../parts/cancel-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { queryPath } from '../../parts/paths.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import { useTexts } from '../../text/texts.tsx';
import type { QueryRow } from './prepare-row.ts';

export function QueryTable({ place, rows }: { readonly place: Place; readonly rows: readonly QueryRow[] }) {
  const { t } = useTexts();
  const cancel = useCancelQuery(place);
  return (
    <>
      {cancel.error !== null && <Failure error={cancel.error} />}
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{t('queries.report')}</th>
            <th scope="col">{t('queries.state')}</th>
            <th scope="col">{t('queries.range')}</th>
            <th scope="col">{t('queries.submitted')}</th>
            <th scope="col">
              <span className="visually-hidden">{t('queries.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row
              key={row.id}
              row={row}
              href={queryPath(place.environment, row.id)}
              onCancel={() => cancel.mutate(row.id)}
            />
          ))}
        </tbody>
      </table>
    </>
  );
}

interface RowProps {
  readonly row: QueryRow;
  readonly href: string;
  readonly onCancel: () => void;
}

function Row({ row, href, onCancel }: RowProps) {
  const { t } = useTexts();
  return (
    <tr>
      <th scope="row" className="list-title">
        <Link href={href}>{row.title}</Link>
        {row.reason !== null && <span className="reason">{row.reason}</span>}
      </th>
      <td data-label={t('queries.state')}>
        <StateMark row={row} />
      </td>
      <td data-label={t('queries.range')}>{row.range}</td>
      <td data-label={t('queries.submitted')}>
        {row.created}
        <span className="sub">{row.submitter}</span>
      </td>
      <td className="list-actions">
        {row.canCancel && <CancelButton title={row.title} onCancel={onCancel} />}
      </td>
    </tr>
  );
}
