import type { SessionView } from '@hourglass/contract';
import { useEffect, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useTexts } from '../text/texts.tsx';
import { AccountPanel } from './account-panel.tsx';
import { Logo } from './logo.tsx';
import { newReportPath, queriesPath } from './paths.ts';

export interface FrameProps {
  readonly session: SessionView;
  readonly environments: readonly string[];
  /** Null: the page belongs to none. */
  readonly environment: string | null;
  readonly children: ReactNode;
}

/** The header, the navigation, and the page. */
export function Frame({ session, environments, environment, children }: FrameProps) {
  const { t } = useTexts();
  return (
    <>
      <a className="skip" href="#main">
        {t('frame.skip')}
      </a>
      <header className="bar">
        <Link className="brand" href="/">
          <Logo />
          <span>Hourglass</span>
        </Link>
        {environment !== null && (
          <Navigation environment={environment} maySubmit={session.scopes.includes('submit')} />
        )}
        <div className="bar-end">
          {environment !== null && (
            <EnvironmentSelect environments={environments} environment={environment} />
          )}
          <AccountPanel session={session} />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

interface NavigationProps {
  readonly environment: string;
  readonly maySubmit: boolean;
}

function Navigation({ environment, maySubmit }: NavigationProps) {
  const { t } = useTexts();
  const [location] = useLocation();
  const pages = [
    { href: queriesPath(environment), name: t('queries.title') },
    ...(maySubmit ? [{ href: newReportPath(environment), name: t('report.title') }] : []),
  ];
  return (
    <nav aria-label={t('frame.pages')}>
      {pages.map(({ href, name }) => (
        <Link key={href} href={href} aria-current={location === href ? 'page' : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}

function EnvironmentSelect({
  environments,
  environment,
}: {
  readonly environments: readonly string[];
  readonly environment: string;
}) {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  return (
    <label className="environment">
      <span className="visually-hidden">{t('frame.environment')}</span>
      <select value={environment} onChange={({ target }) => navigate(queriesPath(target.value))}>
        {environments.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

/** The heading of a page, which is the title of the document, too. */
export function PageTitle({ children }: { readonly children: string }) {
  useEffect(() => {
    document.title = `${children} · Hourglass`;
  }, [children]);
  return <h1>{children}</h1>;
}
