import { Field } from '../../parts/field.tsx';
import { faultsOf } from '../../report/faults.ts';
import { withMember } from '../../report/report-body.ts';
import { textOf } from '../../report/shape.ts';
import { instantOfWallTime, relativeRanges, timeUnits, wallTimeOf } from '../../report/time-range.ts';
import { useTexts } from '../../text/texts.tsx';
import type { Section } from './section.ts';
import { isKnownZone, ZoneChoice } from './zone-choice.tsx';

const hourMs = 3_600_000;

export function TimeFields(section: Section) {
  const { t } = useTexts();
  const { body, change, faults } = section;
  return (
    <fieldset className="card stack">
      <legend className="legend">{t('report.time')}</legend>
      <div className="pair">
        <RangeChoice {...section} />
        <Field label={t('report.unit')} errors={faultsOf(faults, 'groupByTimeUnit')}>
          {(control) => (
            <select
              {...control}
              value={textOf(body.groupByTimeUnit)}
              onChange={({ target }) => change(withMember(body, 'groupByTimeUnit', target.value))}
            >
              <option value="">{t('report.noUnit')}</option>
              {timeUnits.map((unit) => (
                <option key={unit} value={unit}>
                  {t(`unit.${unit}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {typeof body.timeRange === 'object' && <Bounds {...section} />}
      <ZoneField {...section} />
    </fieldset>
  );
}

function RangeChoice({ body, change, faults }: Section) {
  const { t } = useTexts();
  const { timeRange } = body;
  const isRelative = typeof timeRange === 'string';
  const known: readonly string[] = relativeRanges;
  const choose = (value: string) => change({ ...body, timeRange: value === 'bounds' ? lastDay() : value });
  return (
    <Field label={t('report.range')} errors={isRelative ? faultsOf(faults, 'timeRange') : []}>
      {(control) => (
        <select
          {...control}
          value={isRelative ? timeRange : 'bounds'}
          onChange={({ target }) => choose(target.value)}
        >
          {isRelative && !known.includes(timeRange) && <option>{timeRange}</option>}
          {relativeRanges.map((name) => (
            <option key={name} value={name}>
              {t(`range.${name}`)}
            </option>
          ))}
          <option value="bounds">{t('report.bounds')}</option>
        </select>
      )}
    </Field>
  );
}

/** Whole hours, which are easier to change. */
function lastDay() {
  const endMs = Math.ceil(Date.now() / hourMs) * hourMs;
  return { start: isoOf(endMs - 24 * hourMs), end: isoOf(endMs) };
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}

function Bounds({ body, change, faults }: Section) {
  const { t } = useTexts();
  const { timeRange } = body;
  if (typeof timeRange !== 'object') return null;
  const zone = zoneOf(body.timeZone);
  const input = (name: 'start' | 'end', errors: readonly string[]) => (
    <Field label={t(`report.${name}`, { zone })} errors={errors}>
      {(control) => (
        <input
          {...control}
          type="datetime-local"
          value={wallTimeOf(textOf(timeRange[name]), zone)}
          onChange={({ target: { value } }) => {
            // Empty while the input is incomplete.
            if (value !== '')
              change({ ...body, timeRange: { ...timeRange, [name]: instantOfWallTime(value, zone) } });
          }}
        />
      )}
    </Field>
  );
  const ofEnd = faults.filter(({ field }) => field !== 'timeRange.start');
  return (
    <div className="pair">
      {input('start', faultsOf(faults, 'timeRange.start'))}
      {input('end', faultsOf(ofEnd, 'timeRange'))}
    </div>
  );
}

function ZoneField({ body, change, faults }: Section) {
  const { t } = useTexts();
  return (
    <ZoneChoice
      hint={t('report.zoneHint')}
      errors={faultsOf(faults, 'timeZone')}
      value={textOf(body.timeZone) || 'UTC'}
      onChange={(zone) => change(withMember(body, 'timeZone', zone === 'UTC' ? undefined : zone))}
    />
  );
}

/** The zone of a pasted body may be none that the browser knows. */
function zoneOf(zone: string | undefined): string {
  const wanted = textOf(zone);
  return isKnownZone(wanted) ? wanted : 'UTC';
}
