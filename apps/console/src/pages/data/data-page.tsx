import type { SessionView } from '@hourglass/contract';
import { Link } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { PageTitle } from '../../parts/frame.tsx';
import { dataPath } from '../../parts/paths.ts';
import '../../parts/sections.css';
import { useTexts } from '../../text/texts.tsx';
import { BatchesSection } from './batches-section.tsx';
import './data.css';
import { FieldsSection } from './fields-section.tsx';
import { ImportSection } from './import-section.tsx';
import { LimitsSection } from './limits-section.tsx';
import { RetentionSection } from './retention-section.tsx';
import { StorageSection } from './storage-section.tsx';

interface DataPageProps {
  readonly place: Place;
  readonly session: SessionView;
  readonly section: string;
}

/** The data of an environment, one section at a time; the URL has its name. */
export function DataPage({ place, session, section }: DataPageProps) {
  const { t } = useTexts();
  const { scopes } = session;
  const names = [
    ...(['import'] as const),
    ...(scopes.includes('read') ? (['fields', 'storage'] as const) : []),
    ...(scopes.includes('admin') ? (['settings'] as const) : []),
  ];
  const chosen = names.find((name) => name === section) ?? 'import';
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('data.title')}</PageTitle>
      </div>
      <nav className="sections" aria-label={t('data.title')}>
        {names.map((name) => (
          <Link
            key={name}
            href={dataPath(place.environment, name)}
            aria-current={name === chosen ? 'page' : undefined}
          >
            {t(`data.${name}`)}
          </Link>
        ))}
      </nav>
      <div className="stack data">
        {chosen === 'import' && scopes.includes('ingest') && <ImportSection place={place} />}
        {chosen === 'import' && scopes.includes('read') && <BatchesSection place={place} session={session} />}
        {chosen === 'fields' && <FieldsSection place={place} />}
        {chosen === 'storage' && <StorageSection place={place} />}
        {chosen === 'settings' && <RetentionSection place={place} />}
        {chosen === 'settings' && <LimitsSection place={place} />}
      </div>
    </>
  );
}
