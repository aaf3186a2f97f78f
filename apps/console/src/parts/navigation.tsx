import type { SessionView } from '@hourglass/contract';
import { useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { useTexts } from '../text/texts.tsx';
import { currentEntry, navigationOf } from './navigation-entries.ts';
import './navigation.css';

const id = 'navigation';

/** Opens the navigation where the window is too narrow to show it beside the page. */
export function NavigationButton() {
  const { t } = useTexts();
  return (
    <button type="button" className="button quiet rail-button" popoverTarget={id} aria-label={t('nav.open')}>
      <svg aria-hidden="true" viewBox="0 0 24 24" className="rail-icon">
        <path d="M4 7h16M4 12h16M4 17h16" />
      </svg>
    </button>
  );
}

/** The pages: beside the page in wide windows, and otherwise a popover of the platform, which Escape closes. */
export function Navigation({
  environment,
  session,
}: {
  readonly environment: string;
  readonly session: SessionView;
}) {
  const { t } = useTexts();
  const [location] = useLocation();
  const rail = useRef<HTMLElement>(null);
  const groups = navigationOf(environment, session);
  const current = currentEntry(location, groups);
  const close = () => {
    if (rail.current?.matches(':popover-open')) rail.current.hidePopover();
  };
  return (
    <nav ref={rail} id={id} popover="auto" className="rail" aria-label={t('frame.pages')}>
      {groups.map(({ key, entries }) => (
        <section key={key} aria-labelledby={`${id}-${key}`}>
          <p className="rail-group" id={`${id}-${key}`}>
            {t(key)}
          </p>
          <ul>
            {entries.map((entry) => (
              <li key={entry.href}>
                <Link
                  href={entry.href}
                  aria-current={entry.href === current?.href ? 'page' : undefined}
                  onClick={close}
                >
                  {t(entry.key)}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
