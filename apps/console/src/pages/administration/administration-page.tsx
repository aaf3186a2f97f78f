import type { SessionView } from '@hourglass/contract';
import { Link } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { PageTitle } from '../../parts/frame.tsx';
import { administrationPath } from '../../parts/paths.ts';
import '../../parts/sections.css';
import { useTexts } from '../../text/texts.tsx';
import { AccessKeysSection } from './access-keys-section.tsx';
import './administration.css';
import { AuditSection } from './audit-section.tsx';
import { EnvironmentsSection } from './environments-section.tsx';
import { TokensSection } from './tokens-section.tsx';
import { UsersSection } from './users-section.tsx';
import { WebhooksSection } from './webhooks-section.tsx';

export interface SectionProps {
  readonly place: Place;
  readonly session: SessionView;
}

const sections = {
  users: UsersSection,
  tokens: TokensSection,
  environments: EnvironmentsSection,
  keys: AccessKeysSection,
  webhooks: WebhooksSection,
  audit: AuditSection,
} as const;
const names = ['users', 'tokens', 'environments', 'keys', 'webhooks', 'audit'] as const;

/** The resources that administrators manage, one section at a time; the URL has its name. */
export function AdministrationPage({ place, session, section }: SectionProps & { readonly section: string }) {
  const { t } = useTexts();
  const chosen = names.find((name) => name === section) ?? 'users';
  const Section = sections[chosen];
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('admin.title')}</PageTitle>
      </div>
      <nav className="sections" aria-label={t('admin.title')}>
        {names.map((name) => (
          <Link
            key={name}
            href={administrationPath(place.environment, name)}
            aria-current={name === chosen ? 'page' : undefined}
          >
            {t(`admin.${name}`)}
          </Link>
        ))}
      </nav>
      <div className="stack administration">
        <Section place={place} session={session} />
      </div>
    </>
  );
}
