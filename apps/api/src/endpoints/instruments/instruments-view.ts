import {
  instrumentFigures,
  type Figures,
  type FiguresByDate,
  type InstrumentResource,
  type InstrumentTotals,
} from '@hourglass/reports';

/** JSON text: a figure may have more digits than a JavaScript number keeps. */
type Json = string;
type Members = readonly (readonly [name: string, value: Json])[];

/** The answer of `GET /dashboard`: totals are numbers, the same of an instrument are texts. */
export function dashboardJson(
  totals: ReadonlyMap<InstrumentResource, InstrumentTotals>,
  equipment: readonly string[],
): Json {
  return ofResources(totals, (resource, { total, ofEach }) => {
    const detail = equipment.flatMap((id) => {
      const figures = ofEach.get(id);
      return figures === undefined
        ? []
        : [object([['equipment', JSON.stringify(id)], ...named(resource, figures, JSON.stringify)])];
    });
    return object([
      ['total', object(named(resource, total, asNumber))],
      ['detail', array(detail)],
    ]);
  });
}

/** The answer of `GET /charts`: `dates` are there, with zeros if they have no data. Null: those that have. */
export function chartsJson(
  figuresOf: ReadonlyMap<InstrumentResource, FiguresByDate>,
  dates: readonly string[] | null,
): Json {
  return ofResources(figuresOf, (resource, byDate) => {
    const figure = resource === 'status' || resource === 'training' ? asNumber : JSON.stringify;
    const zeros = instrumentFigures[resource].map(() => '0');
    const detail = [...(dates ?? byDate.keys())].map((date) =>
      object([['date', JSON.stringify(date)], ...named(resource, byDate.get(date) ?? zeros, figure)]),
    );
    return object([['detail', array(detail)]]);
  });
}

/** In the order of the contract, whichever order they were asked for in. */
function ofResources<Told>(
  told: ReadonlyMap<InstrumentResource, Told>,
  view: (resource: InstrumentResource, told: Told) => Json,
): Json {
  const members = (Object.keys(instrumentFigures) as InstrumentResource[]).flatMap((resource) => {
    const ofResource = told.get(resource);
    return ofResource === undefined ? [] : [[resource, view(resource, ofResource)] as const];
  });
  return object(members);
}

function named(resource: InstrumentResource, figures: Figures, json: (text: string) => Json): Members {
  return instrumentFigures[resource].map((name, index) => [name, json(figures[index] ?? '0')]);
}

/** A decimal is JSON as it is. */
function asNumber(decimal: string): Json {
  return decimal;
}

function object(members: Members): Json {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

function array(items: readonly Json[]): Json {
  return `[${items.join(',')}]`;
}
