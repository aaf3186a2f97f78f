import { Field } from '../../parts/field.tsx';
import { NumberInput } from '../../parts/number-input.tsx';
import { faultsOf } from '../../report/faults.ts';
import { functionsIn, type ReportField } from '../../report/fields.ts';
import { withItem, withMember, type Metric } from '../../report/report-body.ts';
import { metricsOf } from '../../report/shape.ts';
import { useTexts } from '../../text/texts.tsx';
import type { Section } from './section.ts';

const percentile = /percentile$/;

export function MetricsFields({ body, change, fields, faults }: Section) {
  const { t } = useTexts();
  const metrics = metricsOf(body);
  const functionsOf = functionsIn(fields);
  const set = (index: number, metric: Metric | null) =>
    change(withMember(body, 'metrics', withItem(metrics, index, metric)));
  const added = fields.metrics.find(({ name }) => metrics.every((metric) => metric.name !== name));
  return (
    <fieldset className="card stack">
      <legend className="legend">{t('report.metrics')}</legend>
      {metrics.map((metric, index) => (
        <MetricRow
          key={index}
          position={index + 1}
          metric={metric}
          known={fields.metrics}
          functions={functionsOf(metric.name)}
          errors={faultsOf(faults, `metrics[${index}]`)}
          onChange={(changed) => set(index, changed)}
        />
      ))}
      {metrics.length === 0 && <p className="hint">{t('report.noMetrics')}</p>}
      {added !== undefined && (
        <button
          type="button"
          className="button small start"
          onClick={() => set(metrics.length, first(added))}
        >
          {t('report.addMetric')}
        </button>
      )}
    </fieldset>
  );
}

/** A metric with its default function. */
function first({ name, functions: [preferred] }: ReportField): Metric {
  return preferred === undefined ? { name } : { name, function: preferred };
}

interface MetricRowProps {
  readonly position: number;
  readonly metric: Metric;
  readonly known: readonly ReportField[];
  readonly functions: readonly string[];
  readonly errors: readonly string[];
  readonly onChange: (metric: Metric | null) => void;
}

function MetricRow({ position, metric, known, functions, errors, onChange }: MetricRowProps) {
  const { t } = useTexts();
  const field = known.find(({ name }) => name === metric.name);
  const choose = (name: string) => {
    const chosen = known.find((one) => one.name === name);
    if (chosen !== undefined) onChange(first(chosen));
  };
  return (
    <div className="item">
      <Field label={t('report.metric', { position })} hint={field?.description} errors={errors}>
        {(control) => (
          <select {...control} value={metric.name} onChange={({ target }) => choose(target.value)}>
            {field === undefined && <option>{metric.name}</option>}
            {known.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      <MetricFunction position={position} metric={metric} functions={functions} onChange={onChange} />
      <MetricPart position={position} metric={metric} functions={functions} onChange={onChange} />
      <button
        type="button"
        className="button small"
        aria-label={t('report.removeMetric', { name: metric.name })}
        onClick={() => onChange(null)}
      >
        {t('report.remove')}
      </button>
    </div>
  );
}

const parts = ['share', 'total'] as const;

/** A sum can also be shown as a part of its whole. */
function MetricPart({ position, metric, functions, onChange }: Omit<MetricRowProps, 'known' | 'errors'>) {
  const { t } = useTexts();
  const { as: part = '', within: _within, ...rest } = metric;
  const isSum = metric.function === 'sum' || (metric.function === undefined && functions[0] === 'sum');
  if (!isSum && part === '') return null;
  const choose = (value: string) => onChange(value === '' ? rest : { ...metric, as: value });
  return (
    <Field label={t('report.part', { position })}>
      {(control) => (
        <select {...control} value={part} onChange={({ target }) => choose(target.value)}>
          <option value="">{t('report.part.value')}</option>
          {parts.map((name) => (
            <option key={name} value={name}>
              {t(`report.part.${name}`)}
            </option>
          ))}
          {part !== '' && !parts.some((name) => name === part) && <option>{part}</option>}
        </select>
      )}
    </Field>
  );
}

function MetricFunction({ position, metric, functions, onChange }: Omit<MetricRowProps, 'known' | 'errors'>) {
  const { t } = useTexts();
  const {
    function: used = '',
    percentile: rank,
    alias: _alias,
    as: _part,
    within: _within,
    ...rest
  } = metric;
  if (functions.length === 0 && used === '') return null;
  const known = functions.includes(used) || used === '' ? functions : [used, ...functions];
  const choose = (name: string) =>
    onChange({ ...rest, function: name, ...(percentile.test(name) ? { percentile: rank ?? 95 } : {}) });
  return (
    <>
      <Field label={t('report.function', { position })}>
        {(control) => (
          <select {...control} value={used || functions[0]} onChange={({ target }) => choose(target.value)}>
            {known.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      {percentile.test(used) && (
        <Field label={t('report.percentile', { position })}>
          {(control) => (
            <NumberInput
              {...control}
              value={rank ?? null}
              onChange={(percentile) => onChange({ ...metric, percentile: percentile ?? 0 })}
            />
          )}
        </Field>
      )}
    </>
  );
}
