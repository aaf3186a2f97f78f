import {
  instrumentFigures,
  type Figures,
  type FiguresByDate,
  type InstrumentResource,
  type InstrumentTotals,
} from '@hourglass/reports';
import { ExactNumber, type JsonObject, type JsonValue } from '../../http/write-json.ts';

type FormatFigure = (decimal: string) => JsonValue;
const asNumber: FormatFigure = (decimal) => new ExactNumber(decimal);
const asString: FormatFigure = (decimal) => decimal;

/** The response to `GET /dashboard`: totals are numbers, the figures of one instrument strings. */
export function dashboardView(
  totals: ReadonlyMap<InstrumentResource, InstrumentTotals>,
  equipment: readonly string[],
): JsonObject {
  return inContractOrder(totals, (resource, { total, byInstrument }) => ({
    total: named(resource, total, asNumber),
    detail: equipment.flatMap((id) => {
      const figures = byInstrument.get(id);
      return figures === undefined ? [] : [{ equipment: id, ...named(resource, figures, asString) }];
    }),
  }));
}

/**
 * The response to `GET /charts`. Shows each of `dates`, zeros where there are no data; null: only
 * dates with data.
 */
export function chartsView(
  figures: ReadonlyMap<InstrumentResource, FiguresByDate>,
  dates: readonly string[] | null,
): JsonObject {
  return inContractOrder(figures, (resource, byDate) => {
    const format = resource === 'status' || resource === 'training' ? asNumber : asString;
    const zeros = instrumentFigures[resource].map(() => '0');
    const detail = [...(dates ?? byDate.keys())].map((date) => ({
      date,
      ...named(resource, byDate.get(date) ?? zeros, format),
    }));
    return { detail };
  });
}

/** Members follow the contract's order, not that of the request. */
function inContractOrder<Value>(
  values: ReadonlyMap<InstrumentResource, Value>,
  view: (resource: InstrumentResource, value: Value) => JsonValue,
): JsonObject {
  const members = (Object.keys(instrumentFigures) as InstrumentResource[]).flatMap((resource) => {
    const value = values.get(resource);
    return value === undefined ? [] : [[resource, view(resource, value)] as const];
  });
  return Object.fromEntries(members);
}

function named(resource: InstrumentResource, figures: Figures, format: FormatFigure): JsonObject {
  return Object.fromEntries(
    instrumentFigures[resource].map((name, index) => [name, format(figures[index] ?? '0')]),
  );
}
