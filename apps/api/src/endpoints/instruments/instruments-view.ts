import {
  instrumentFigures,
  type Figures,
  type FiguresByDate,
  type InstrumentResource,
  type InstrumentTotals,
} from '@hourglass/reports';
import { ExactNumber, type JsonObject, type JsonValue } from '../../http/write-json.ts';

/** The answer of `GET /dashboard`: totals are numbers, the same of an instrument are texts. */
export function dashboardView(
  totals: ReadonlyMap<InstrumentResource, InstrumentTotals>,
  equipment: readonly string[],
): JsonObject {
  return ofResources(totals, (resource, { total, byInstrument }) => ({
    total: named(resource, total, asNumber),
    detail: equipment.flatMap((id) => {
      const figures = byInstrument.get(id);
      return figures === undefined ? [] : [{ equipment: id, ...named(resource, figures, asText) }];
    }),
  }));
}

/** The answer of `GET /charts`: `dates` are there, with zeros if they have no data. Null: those that have. */
export function chartsView(
  figuresOf: ReadonlyMap<InstrumentResource, FiguresByDate>,
  dates: readonly string[] | null,
): JsonObject {
  return ofResources(figuresOf, (resource, byDate) => {
    const figure = resource === 'status' || resource === 'training' ? asNumber : asText;
    const zeros = instrumentFigures[resource].map(() => '0');
    const detail = [...(dates ?? byDate.keys())].map((date) => ({
      date,
      ...named(resource, byDate.get(date) ?? zeros, figure),
    }));
    return { detail };
  });
}

/** In the order of the contract, whichever order they were asked for in. */
function ofResources<Told>(
  told: ReadonlyMap<InstrumentResource, Told>,
  view: (resource: InstrumentResource, told: Told) => JsonValue,
): JsonObject {
  const members = (Object.keys(instrumentFigures) as InstrumentResource[]).flatMap((resource) => {
    const ofResource = told.get(resource);
    return ofResource === undefined ? [] : [[resource, view(resource, ofResource)] as const];
  });
  return Object.fromEntries(members);
}

type ShowFigure = (decimal: string) => JsonValue;
const asNumber: ShowFigure = (decimal) => new ExactNumber(decimal);
const asText: ShowFigure = (decimal) => decimal;

function named(resource: InstrumentResource, figures: Figures, show: ShowFigure): JsonObject {
  return Object.fromEntries(
    instrumentFigures[resource].map((name, index) => [name, show(figures[index] ?? '0')]),
  );
}
