import type { SessionView } from '@hourglass/contract';
import type { Place } from '../../api/environments.ts';
import { PageTitle } from '../../parts/frame.tsx';
import '../../parts/sections.css';
import { useTexts } from '../../text/texts.tsx';
import { IngestSection } from './ingest-section.tsx';
import { LimitsSection } from './limits-section.tsx';
import './usage.css';
import { UsersSection } from './users-section.tsx';

/** The use of the environment, also by user; administrators see the whole organization. */
export function UsagePage({ place, session }: { readonly place: Place; readonly session: SessionView }) {
  const { t } = useTexts();
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('usage.title')}</PageTitle>
      </div>
      <div className="stack usage">
        <LimitsSection place={place} />
        <IngestSection place={place} />
        <UsersSection place={place} isAdministrator={session.scopes.includes('admin')} />
      </div>
    </>
  );
}
