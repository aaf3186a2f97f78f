import type { SessionView } from '@hourglass/contract';
import type { TextKey } from '../text/languages.ts';
import {
  administrationPath,
  consumptionPath,
  dataPath,
  instrumentsPath,
  newReportPath,
  ordersPath,
  queriesPath,
  savedReportsPath,
  schedulesPath,
  usagePath,
} from './paths.ts';

export interface NavigationEntry {
  readonly href: string;
  readonly key: TextKey;
}

export interface NavigationGroup {
  readonly key: TextKey;
  readonly entries: readonly NavigationEntry[];
}

/** Returns the pages that the session may use, by group, without empty groups. */
export function navigationOf(
  environment: string,
  { scopes }: Pick<SessionView, 'scopes'>,
): readonly NavigationGroup[] {
  const entry = (path: (environment: string) => string, key: TextKey, isAllowed = true) =>
    isAllowed ? [{ href: path(environment), key }] : [];
  const groups: readonly NavigationGroup[] = [
    {
      key: 'nav.reports',
      entries: [
        ...entry(queriesPath, 'queries.title'),
        ...entry(newReportPath, 'report.title', scopes.includes('submit')),
        ...entry(savedReportsPath, 'saved.title'),
        ...entry(schedulesPath, 'schedules.title'),
      ],
    },
    {
      key: 'nav.data',
      entries: [
        ...entry(
          (name) => dataPath(name),
          'data.title',
          scopes.includes('read') || scopes.includes('ingest'),
        ),
        ...entry(usagePath, 'usage.title', scopes.includes('read')),
      ],
    },
    {
      key: 'nav.records',
      entries: [
        ...entry(instrumentsPath, 'instruments.title', scopes.includes('read')),
        ...entry(ordersPath, 'orders.title', scopes.includes('read')),
        ...entry(consumptionPath, 'consumption.title', scopes.includes('read')),
      ],
    },
    {
      key: 'nav.organization',
      entries: entry((name) => administrationPath(name), 'admin.title', scopes.includes('admin')),
    },
  ];
  return groups.filter(({ entries }) => entries.length > 0);
}

/** Whether the location is the page of the entry or one below it, of all entries the nearest. */
export function currentEntry(location: string, groups: readonly NavigationGroup[]): NavigationEntry | null {
  const above = groups
    .flatMap(({ entries }) => entries)
    .filter(({ href }) => location === href || location.startsWith(`${href}/`));
  return above.toSorted((one, other) => other.href.length - one.href.length)[0] ?? null;
}

/** Returns the same page in another environment; a page of one query or report has none, so its list. */
export function pathInEnvironment(location: string, environment: string, session: SessionView): string {
  const [, , current = ''] = location.split('/');
  const groups = navigationOf(decodeURIComponent(current), session);
  const entry = currentEntry(location, groups);
  const position = groups.flatMap(({ entries }) => entries).findIndex(({ href }) => href === entry?.href);
  const same = navigationOf(environment, session).flatMap(({ entries }) => entries)[position];
  return same?.href ?? queriesPath(environment);
}
