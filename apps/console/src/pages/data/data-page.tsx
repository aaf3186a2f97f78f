import type { SessionView } from '@hourglass/contract';
import type { Place } from '../../api/environments.ts';
import { PageTitle } from '../../parts/frame.tsx';
import { useTexts } from '../../text/texts.tsx';
import { BatchesSection } from './batches-section.tsx';
import './data.css';
import { ImportSection } from './import-section.tsx';

interface DataPageProps {
  readonly place: Place;
  readonly session: SessionView;
}

export function DataPage({ place, session }: DataPageProps) {
  const { t } = useTexts();
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('data.title')}</PageTitle>
      </div>
      <div className="stack data">
        {session.scopes.includes('ingest') && <ImportSection place={place} />}
        {session.scopes.includes('read') && <BatchesSection place={place} session={session} />}
      </div>
    </>
  );
}
