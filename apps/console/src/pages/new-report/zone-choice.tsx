import { useTexts } from '../../text/texts.tsx';
import { FieldChoice } from './field-choice.tsx';

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')].filter(
  (zone, at, all) => all.indexOf(zone) === at,
);
/** As things to search by name. */
const zoneFields = zones.map((name) => ({
  ...{ name, description: '', unit: null },
  type: 'string',
  functions: [],
}));

/** A time zone, found by parts of its name. */
export function ZoneChoice(props: {
  readonly hint: string;
  readonly errors: readonly string[];
  readonly value: string;
  readonly onChange: (zone: string) => void;
}) {
  const { t } = useTexts();
  return <FieldChoice label={t('report.zone')} fields={zoneFields} {...props} />;
}

export function isKnownZone(zone: string): boolean {
  return zones.includes(zone);
}
