import type { SessionView } from '@hourglass/contract';
import { useEffect, useRef, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useTexts } from '../text/texts.tsx';
import { AccountPanel } from './account-panel.tsx';
import { Logo } from './logo.tsx';
import { pathInEnvironment } from './navigation-entries.ts';
import { Navigation, NavigationButton } from './navigation.tsx';
import { newReportPath } from './paths.ts';
import { useShortcut } from './shortcuts.tsx';

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
  const page = (
    <main id="main" tabIndex={-1}>
      {children}
    </main>
  );
  return (
    <>
      <a className="skip" href="#main">
        {t('frame.skip')}
      </a>
      {environment !== null && session.scopes.includes('submit') && (
        <NewReportShortcut environment={environment} />
      )}
      <header className="bar">
        {environment !== null && <NavigationButton />}
        <Link className="brand" href="/">
          <Logo />
          <span>Hourglass</span>
        </Link>
        <div className="bar-end">
          {environment !== null && (
            <EnvironmentSelect session={session} environments={environments} environment={environment} />
          )}
          <AccountPanel session={session} />
        </div>
      </header>
      {environment === null ? (
        page
      ) : (
        <div className="framed">
          <Navigation environment={environment} session={session} />
          {page}
        </div>
      )}
    </>
  );
}

function NewReportShortcut({ environment }: { readonly environment: string }) {
  const [, navigate] = useLocation();
  useShortcut({
    keys: 'n',
    text: 'shortcuts.newReport',
    run: () => navigate(newReportPath(environment)),
  });
  return null;
}

function EnvironmentSelect({
  session,
  environments,
  environment,
}: Omit<FrameProps, 'children' | 'environment'> & { readonly environment: string }) {
  const { t } = useTexts();
  const [location, navigate] = useLocation();
  return (
    <label className="environment">
      <span className="visually-hidden">{t('frame.environment')}</span>
      <select
        value={environment}
        onChange={({ target }) => navigate(pathInEnvironment(location, target.value, session))}
      >
        {environments.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

/** The heading of a page, which is the title of the document, too. */
export function PageTitle({ children }: { readonly children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · Hourglass`;
  }, [children]);
  useEffect(() => {
    // A lazy page appears after the focus went to `main`.
    if (document.activeElement?.id === 'main') heading.current?.focus();
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
