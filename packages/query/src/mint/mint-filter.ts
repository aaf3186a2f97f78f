import type { FilterNode } from '../filter/filter-node.ts';
import { quoted } from '../messages/quoted.ts';
import type { ReportFault, Tenant } from '../plan/plan.ts';
import {
  readChoices,
  pricingTypes,
  ratePlanLevels,
  transactionStatuses,
  transactionTypes,
} from './mint-choices.ts';
import type { EntityCriterion, MintCriteria } from './mint-criteria.ts';

/** Entries of one list. More would only serve to wear down the server. */
const maxEntries = 1_000;
const maxIdLength = 256;
const idLists: ReadonlySet<string> = new Set([
  ...['appCriteria', 'devCriteria', 'currCriteria', 'pkgCriteria', 'prodCriteria'],
  ...['monetizationPackageIds', 'monetizationPakageIds', 'productIds'],
]);
/** Between the organization and the id of a product. */
const organizationMark = '@@@';

/** The transactions that the criteria ask for; null: all of the range. Faults are reported. */
export function planMintFilter(
  criteria: MintCriteria,
  tenant: Tenant,
  report: ReportFault,
): FilterNode | null {
  for (const [field, entries] of Object.entries(criteria)) {
    if (Array.isArray(entries)) checkEntries(field, entries, report);
  }
  const { appCriteria = [], devCriteria = [] } = criteria;
  return all([
    any(byOrganization(appCriteria, ['applicationId'], 'applicationOrgId', tenant)),
    any(byOrganization(devCriteria, ['developerId', 'developerEmail'], 'developerOrgId', tenant)),
    isOneOf('currency', currencies(criteria, tenant, report)),
    isOneOf('pkgId', packages(criteria, tenant, report)),
    isOneOf('productId', products(criteria, tenant, report)),
    isOneOf('ratePlanLevel', readChoices('ratePlanLevels', criteria.ratePlanLevels, ratePlanLevels, report)),
    isOneOf('pricingType', readChoices('pricingTypes', criteria.pricingTypes, pricingTypes, report)),
    isOneOf(
      'status',
      readChoices('transactionStatus', criteria.transactionStatus, transactionStatuses, report),
    ),
    isOneOf('type', readChoices('transactionTypes', criteria.transactionTypes, transactionTypes, report)),
  ]);
}

/** Ids of one organization in one condition. A transaction that names none is of the environment's organization. */
function byOrganization(
  criteria: readonly EntityCriterion[],
  idFields: readonly string[],
  organizationField: string,
  { organization }: Tenant,
): readonly FilterNode[] {
  const idsOf = new Map<string | undefined, string[]>();
  for (const { id, orgId } of criteria) idsOf.set(orgId, [...(idsOf.get(orgId) ?? []), id]);
  return [...idsOf].flatMap(([orgId, ids]) => {
    const isMeant = any(idFields.map((field) => isOneOf(field, ids)));
    if (orgId === undefined) return isMeant ?? [];
    const isNamed = isOneOf(organizationField, [orgId]);
    const isUnnamed: FilterNode = { kind: 'null', field: organizationField, negated: false };
    return all([isMeant, orgId === organization ? any([isNamed, isUnnamed]) : isNamed]) ?? [];
  });
}

/** In capital and in small letters: both occur as ids. */
function currencies({ currCriteria = [] }: MintCriteria, tenant: Tenant, report: ReportFault): string[] {
  refuseOtherOrganizations('currCriteria', currCriteria, tenant, report);
  return currCriteria.flatMap(({ id }) => [id.toUpperCase(), id.toLowerCase()]);
}

function packages(criteria: MintCriteria, tenant: Tenant, report: ReportFault): string[] {
  const { monetizationPackageIds = [], monetizationPakageIds = [], pkgCriteria = [] } = criteria;
  refuseOtherOrganizations('pkgCriteria', pkgCriteria, tenant, report);
  return [...monetizationPackageIds, ...monetizationPakageIds, ...pkgCriteria.map(({ id }) => id)];
}

/** In both forms where they mean the same: an id alone is one of the environment's organization. */
function products({ productIds = [], prodCriteria = [] }: MintCriteria, tenant: Tenant, report: ReportFault) {
  const own = `${tenant.organization}${organizationMark}`;
  const ids = [...productIds];
  for (const [index, { id, orgId }] of prodCriteria.entries()) {
    const prefix = orgId === undefined ? '' : `${orgId}${organizationMark}`;
    const named = id.includes(organizationMark);
    if (named && !id.startsWith(prefix)) {
      const expected = `expected the organization of the id ${quoted(id)}, or none`;
      report(`prodCriteria[${index}].orgId`, `${quoted(orgId ?? '')} is another organization; ${expected}`);
    }
    ids.push(named ? id : `${prefix}${id}`);
  }
  return ids.flatMap((id) => {
    if (id.startsWith(own)) return [id, id.slice(own.length)];
    return id.includes(organizationMark) ? [id] : [id, `${own}${id}`];
  });
}

function refuseOtherOrganizations(
  field: string,
  criteria: readonly EntityCriterion[],
  { organization }: Tenant,
  report: ReportFault,
): void {
  for (const [index, { orgId }] of criteria.entries()) {
    if (orgId === undefined || orgId === organization) continue;
    const expected = `expected ${quoted(organization)}, whose transactions these are, or none`;
    report(`${field}[${index}].orgId`, `${quoted(orgId)} is another organization; ${expected}`);
  }
}

function checkEntries(
  field: string,
  entries: readonly (string | EntityCriterion)[],
  report: ReportFault,
): void {
  if (entries.length > maxEntries) {
    report(field, `has ${entries.length} entries; expected at most ${maxEntries}`);
  }
  if (!idLists.has(field)) return;
  for (const [index, entry] of entries.slice(0, maxEntries).entries()) {
    const texts = typeof entry === 'string' ? { '': entry } : { '.id': entry.id, '.orgId': entry.orgId };
    for (const [member, text] of Object.entries(texts)) {
      if (text === undefined || isName(text)) continue;
      const expected = `expected 1 to ${maxIdLength} characters of printable text`;
      report(`${field}[${index}]${member}`, `${quoted(text)} is not an id; ${expected}`);
    }
  }
}

/** Neither PostgreSQL nor a fact can hold NUL or half of a surrogate pair, so nothing is called like that. */
function isName(text: string): boolean {
  return text.length >= 1 && text.length <= maxIdLength && !/[\p{Cc}\p{Cs}]/u.test(text);
}

function isOneOf(field: string, values: readonly string[]): FilterNode | null {
  if (values.length === 0) return null;
  return { kind: 'in', field, type: 'text', negated: false, values: [...new Set(values)] };
}

function all(parts: readonly (FilterNode | null)[]): FilterNode | null {
  return joined('and', parts);
}

function any(parts: readonly (FilterNode | null)[]): FilterNode | null {
  return joined('or', parts);
}

/** Of the parts that there are. */
function joined(kind: 'and' | 'or', nodes: readonly (FilterNode | null)[]): FilterNode | null {
  const parts = nodes.filter((node) => node !== null);
  return parts.length > 1 ? { kind, parts } : (parts[0] ?? null);
}
