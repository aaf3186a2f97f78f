import type { SessionView } from '@hourglass/contract';
import { Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { useEnvironments, type Place } from './api/environments.ts';
import { useLiveQueries } from './api/live-queries.ts';
import { useIsExpired, useSession } from './api/session.ts';
import { FileDrop } from './parts/file-drop.tsx';
import { Frame } from './parts/frame.tsx';
import { ImporterProvider } from './parts/importer.tsx';
import { loadable } from './parts/loadable.tsx';
import { Notice } from './parts/notice.tsx';
import { OutageBanner } from './parts/outage-banner.tsx';
import { queriesPath } from './parts/paths.ts';
import { RouteFocus } from './parts/route-focus.tsx';
import { ShortcutsProvider } from './parts/shortcuts.tsx';
import { QueriesPage } from './pages/queries/queries-page.tsx';
import { SignInDialog } from './pages/sign-in/sign-in-dialog.tsx';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';
import { useTexts } from './text/texts.tsx';

// Loaded when they are opened: the list of queries is the first page.
const NewReportPage = loadable(
  async () => (await import('./pages/new-report/new-report-page.tsx')).NewReportPage,
);
const AdministrationPage = loadable(
  async () => (await import('./pages/administration/administration-page.tsx')).AdministrationPage,
);
const NewEnvironment = loadable(
  async () => (await import('./pages/administration/environments-section.tsx')).NewEnvironment,
);
const DataPage = loadable(async () => (await import('./pages/data/data-page.tsx')).DataPage);
const UsagePage = loadable(async () => (await import('./pages/usage/usage-page.tsx')).UsagePage);
const SharedPage = loadable(async () => (await import('./pages/shared/shared-page.tsx')).SharedPage);
const loadQueryPage = async () => (await import('./pages/result/query-page.tsx')).QueryPage;
const QueryPage = loadable(loadQueryPage);
const SavedReportsPage = loadable(
  async () => (await import('./pages/reports/saved-reports-page.tsx')).SavedReportsPage,
);
const InstrumentsPage = loadable(
  async () => (await import('./pages/instruments/instruments-page.tsx')).InstrumentsPage,
);
const ConsumptionPage = loadable(
  async () => (await import('./pages/consumption/consumption-page.tsx')).ConsumptionPage,
);
const OrdersPage = loadable(async () => (await import('./pages/orders/orders-page.tsx')).OrdersPage);
const SchedulesPage = loadable(
  async () => (await import('./pages/schedules/schedules-page.tsx')).SchedulesPage,
);
const SchedulePage = loadable(async () => (await import('./pages/schedules/schedule-page.tsx')).SchedulePage);
const NewSchedulePage = loadable(
  async () => (await import('./pages/schedules/new-schedule-page.tsx')).NewSchedulePage,
);
const EditSchedulePage = loadable(
  async () => (await import('./pages/schedules/edit-schedule-page.tsx')).EditSchedulePage,
);

/** Loads the page of a query, the target of most links, while the session is still being read. */
export function preloadPage(path: string): void {
  // A failure is shown when the page is opened.
  if (/\/queries\/[^/]+$/.test(path)) void loadQueryPage().catch(() => undefined);
}

/** A shared view for the bearer of its link, and every other page for users. */
export function App() {
  return (
    <Switch>
      <Route path="/shared/:id">
        {({ id }) => (
          <Suspense>
            <SharedPage id={id} />
          </Suspense>
        )}
      </Route>
      <Route>
        <ForUsers />
      </Route>
    </Switch>
  );
}

/** The page of the URL for a signed-in user, and otherwise the sign-in at the same URL, or over the page. */
function ForUsers() {
  const session = useSession();
  const isExpired = useIsExpired();
  return (
    <ImporterProvider owner={session?.email}>
      <OutageBanner />
      {session === null && <SignInPage />}
      {session && <SignedIn key={`${session.email} ${session.organization}`} session={session} />}
      {session && isExpired && <SignInDialog email={session.email} />}
    </ImporterProvider>
  );
}

function SignedIn({ session }: { readonly session: SessionView }) {
  const environments = useEnvironments(session.organization);
  const [first] = environments ?? [];
  if (environments === undefined) return null;
  return (
    <ShortcutsProvider>
      <RouteFocus />
      <Switch>
        <Route path="/">
          {first === undefined ? (
            <NoEnvironment session={session} />
          ) : (
            <Redirect to={queriesPath(first)} replace />
          )}
        </Route>
        <Route path="/env/:environment/*?">
          {({ environment }) =>
            environments.includes(environment) ? (
              <Pages
                key={environment}
                session={session}
                environments={environments}
                environment={environment}
              />
            ) : (
              <Missing session={session} environments={environments} />
            )
          }
        </Route>
        <Route>
          <Missing session={session} environments={environments} />
        </Route>
      </Switch>
    </ShortcutsProvider>
  );
}

interface InEnvironment {
  readonly session: SessionView;
  readonly environments: readonly string[];
  readonly environment: string;
}

function Pages({ session, environments, environment }: InEnvironment) {
  const place: Place = { organization: session.organization, environment };
  useLiveQueries(place);
  return (
    <Frame session={session} environments={environments} environment={environment}>
      {session.scopes.includes('ingest') && <FileDrop environment={environment} />}
      <Suspense>
        <Switch>
          <Route path="/env/:environment/queries">
            <QueriesPage place={place} session={session} />
          </Route>
          <Route path="/env/:environment/queries/:id">
            {({ id }) => <QueryPage key={id} place={place} session={session} id={id} />}
          </Route>
          {session.scopes.includes('admin') && (
            <Route path="/env/:environment/administration/:section?">
              {({ section = 'users' }) => (
                <AdministrationPage place={place} session={session} section={section} />
              )}
            </Route>
          )}
          <Route path="/env/:environment/data/:section?">
            {({ section = 'import' }) => <DataPage place={place} session={session} section={section} />}
          </Route>
          {session.scopes.includes('read') && (
            <Route path="/env/:environment/usage">
              <UsagePage place={place} session={session} />
            </Route>
          )}
          {session.scopes.includes('submit') && (
            <Route path="/env/:environment/reports/new">
              <NewReportPage place={place} />
            </Route>
          )}
          <Route path="/env/:environment/reports">
            <SavedReportsPage place={place} session={session} />
          </Route>
          <Route path="/env/:environment/schedules/*?">
            <SchedulePages place={place} session={session} />
          </Route>
          <Route>
            <RecordPages place={place} session={session} />
          </Route>
        </Switch>
      </Suspense>
    </Frame>
  );
}

/** The pages of instruments, orders and consumption; the last ones of an environment. */
function RecordPages({ place, session }: { readonly place: Place; readonly session: SessionView }) {
  if (!session.scopes.includes('read')) return <NotFound />;
  return (
    <Switch>
      <Route path="/env/:environment/instruments">
        <InstrumentsPage place={place} />
      </Route>
      <Route path="/env/:environment/orders">
        <OrdersPage place={place} />
      </Route>
      <Route path="/env/:environment/consumption">
        <ConsumptionPage place={place} />
      </Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}

function SchedulePages({ place, session }: { readonly place: Place; readonly session: SessionView }) {
  const maySubmit = session.scopes.includes('submit');
  return (
    <Switch>
      <Route path="/env/:environment/schedules">
        <SchedulesPage place={place} session={session} />
      </Route>
      {maySubmit && (
        <Route path="/env/:environment/schedules/new">
          <NewSchedulePage place={place} />
        </Route>
      )}
      {maySubmit && (
        <Route path="/env/:environment/schedules/:id/edit">
          {({ id }) => <EditSchedulePage key={id} place={place} id={id} />}
        </Route>
      )}
      <Route path="/env/:environment/schedules/:id">
        {({ id }) => <SchedulePage key={id} place={place} id={id} />}
      </Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}

function Missing({ session, environments }: Omit<InEnvironment, 'environment'>) {
  return (
    <Frame session={session} environments={environments} environment={null}>
      <NotFound />
    </Frame>
  );
}

function NotFound() {
  const { t } = useTexts();
  return <Notice title={t('notFound.title')}>{t('notFound.next')}</Notice>;
}

function NoEnvironment({ session }: Pick<InEnvironment, 'session'>) {
  const { t } = useTexts();
  return (
    <Frame session={session} environments={[]} environment={null}>
      <Notice
        title={t('noEnvironment.title')}
        command={`hourglass admin environment create --org ${session.organization} prod`}
      >
        {t('noEnvironment.next')}
      </Notice>
      {session.scopes.includes('admin') && (
        <Suspense>
          <NewEnvironment organization={session.organization} />
        </Suspense>
      )}
    </Frame>
  );
}
