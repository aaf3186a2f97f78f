import { useLocation } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { idOf } from '../../api/query-events.ts';
import { useFields } from '../../api/schema.ts';
import { useDryRun, useSubmit } from '../../api/submit.ts';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { queryPath } from '../../parts/paths.ts';
import { useShortcut } from '../../parts/shortcuts.tsx';
import { otherFaults } from '../../report/faults.ts';
import { functionsIn } from '../../report/fields.ts';
import type { ReportBody } from '../../report/report-body.ts';
import { textOf } from '../../report/shape.ts';
import { useTexts } from '../../text/texts.tsx';
import { BodyPanel } from './body-panel.tsx';
import { DryRunPanel } from './dry-run-panel.tsx';
import { DatasetAndName, Output } from './plain-fields.tsx';
import { DimensionsField } from './dimensions-field.tsx';
import { FilterField } from './filter/filter-field.tsx';
import { MetricsFields } from './metrics-fields.tsx';
import { OrderFields } from './order-fields.tsx';
import { SavePanel } from './save-panel.tsx';
import type { Section } from './section.ts';
import { TemplateGallery } from './template-gallery.tsx';
import { TimeFields } from './time-fields.tsx';
import { useReport } from './use-report.ts';

const noFields = { dimensions: [], metrics: [] };

/** The form of a report, and beside it what the report will read and the body that the form builds. */
export function NewReportPage({ place }: { readonly place: Place }) {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const { body, change: changeBody, isFirst } = useReport();
  const fields = useFields(place, textOf(body.dataset) || 'api') ?? noFields;
  const { dryRun, error, isPending } = useDryRun(place, body);
  const submit = useSubmit(place);
  const faults = dryRun?.refusal?.faults ?? [];
  const change = (changed: ReportBody) => {
    submit.reset();
    changeBody(changed);
  };
  useShortcut({ keys: 'Mod+Enter', text: 'shortcuts.submit', run: () => send() });
  const send = () =>
    submit.mutate(body, { onSuccess: (query) => navigate(queryPath(place.environment, idOf(query))) });
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('report.title')}</PageTitle>
      </div>
      <TemplateGallery change={change} isOpen={isFirst} />
      <div className="builder">
        <form
          className="stack"
          // Enter in a field submits nothing: a query costs, and conditions are applied by it.
          onSubmit={(event) => event.preventDefault()}
        >
          <Sections body={body} change={change} fields={fields} faults={faults} />
        </form>
        <aside className="stack">
          <DryRunPanel dryRun={dryRun} error={error} isPending={isPending} others={otherFaults(faults)}>
            {submit.error !== null && <Failure error={submit.error} />}
            <button className="button primary" type="button" disabled={submit.isPending} onClick={send}>
              {t('report.submit')}
            </button>
          </DryRunPanel>
          <SavePanel place={place} body={body} />
          <BodyPanel place={place} body={body} change={change} />
        </aside>
      </div>
    </>
  );
}

function Sections(section: Section) {
  return (
    <>
      <DatasetAndName {...section} />
      <MetricsFields {...section} />
      <DimensionsField {...section} />
      <TimeFields {...section} />
      <FilterField {...section} />
      <OrderFields {...section} functionsOf={functionsIn(section.fields)} />
      <Output {...section} />
    </>
  );
}
