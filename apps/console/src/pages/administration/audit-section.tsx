import type { AuditEventList, AuditEventView } from '@hourglass/contract';
import { useSearchParams } from 'wouter';
import { organizationPathOf } from '../../api/environments.ts';
import { usePages } from '../../api/resource.ts';
import { InputField, SelectField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { useTexts } from '../../text/texts.tsx';
import type { SectionProps } from './administration-page.tsx';
import {
  detailsOf,
  auditFilterNames,
  auditFilterOf,
  withFilter,
  type AuditFilterName,
} from './audit-filter.ts';

/** The audit log of the organization; the search of the URL is its filter. */
export function AuditSection({ place }: Pick<SectionProps, 'place'>) {
  const { t } = useTexts();
  const date = useDates();
  const [search] = useSearchParams();
  const path = `${organizationPathOf(place.organization)}/audit`;
  const pages = usePages<AuditEventList>(path, auditFilterOf(search));
  const { data, error } = pages;
  const events = data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <>
      <AuditFilters />
      {error !== null && data === undefined && <Failure error={error} />}
      {data !== undefined && events.length === 0 && <p className="hint">{t('audit.none')}</p>}
      {events.length > 0 && (
        <ListTable
          label={t('admin.audit')}
          items={events}
          keyOf={({ id }) => id}
          columns={[
            { label: t('audit.time'), renderCell: ({ at }) => date(at) },
            { label: t('audit.actor'), renderCell: (event) => <Actor event={event} /> },
            { label: t('audit.action'), renderCell: (event) => <Action event={event} /> },
            { label: t('audit.object'), renderCell: (event) => <ActedOn event={event} /> },
          ]}
        />
      )}
      <MoreButton pages={pages} label={t('audit.more')} />
    </>
  );
}

function AuditFilters() {
  const { t } = useTexts();
  const [search, setSearch] = useSearchParams();
  const set = (name: AuditFilterName, value: string) =>
    setSearch((current) => withFilter(current, name, value), { replace: true });
  return (
    <div className="audit-filters" role="group" aria-label={t('queries.filters')}>
      {auditFilterNames.map((name) =>
        name === 'outcome' ? (
          <SelectField
            key={name}
            label={t('audit.outcome')}
            value={search.get(name) ?? ''}
            options={[
              ['', t('queries.any')],
              ['done', t('audit.done')],
              ['refused', t('audit.refused')],
            ]}
            onValue={(value) => set(name, value)}
          />
        ) : (
          <InputField
            key={name}
            label={t(`audit.filter.${name}`)}
            type={name === 'from' || name === 'to' ? 'date' : 'text'}
            value={search.get(name) ?? ''}
            onValue={(value) => set(name, value)}
          />
        ),
      )}
    </div>
  );
}

function Actor({ event: { actor, user, address } }: { readonly event: AuditEventView }) {
  const { t } = useTexts();
  return (
    <>
      {user ?? t(`audit.actor.${actor}`)}
      <span className="sub">{address}</span>
    </>
  );
}

function Action({ event: { action, outcome, code } }: { readonly event: AuditEventView }) {
  const { t } = useTexts();
  return (
    <>
      <code>{action}</code>
      {outcome === 'refused' && (
        <span className="reason">{t('audit.refusedWith', { code: code ?? '' })}</span>
      )}
    </>
  );
}

function ActedOn({ event }: { readonly event: AuditEventView }) {
  const { t } = useTexts();
  const details = detailsOf(event);
  return (
    <>
      {event.object}
      {event.environment !== null && <span className="sub">{event.environment}</span>}
      {details !== '' && (
        <details className="audit-details">
          <summary>{t('audit.details')}</summary>
          <pre>{details}</pre>
        </details>
      )}
    </>
  );
}
