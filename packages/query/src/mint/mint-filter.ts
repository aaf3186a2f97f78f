import { quoted } from '@hourglass/contract/messages';
import type { FilterNode } from '../filter/filter-node.ts';
import type { ReportFault, Tenant } from '../plan/plan.ts';
import {
  readChoices,
  pricingTypes,
  ratePlanLevels,
  transactionStatuses,
  transactionTypes,
} from './mint-choices.ts';
import type { EntityCriterion, MintCriteria } from './mint-criteria.ts';

/** Maximum entries of a list. Only hostile requests need more. */
const maxEntries = 1_000;
const maxIdLength = 256;
const idLists: ReadonlySet<string> = new Set([
  ...['appCriteria', 'devCriteria', 'currCriteria', 'pkgCriteria', 'prodCriteria'],
  ...['monetizationPackageIds', 'monetizationPakageIds', 'productIds'],
]);
/** Separates the organization from the id of a product. */
const organizationMark = '@@@';

/**
 * Plans the filter of the criteria. Returns null for all transactions of the range. Reports faults.
 */
export function planMintFilter(
  criteria: MintCriteria,
  tenant: Tenant,
  report: ReportFault,
): FilterNode | null {
  for (const [field, entries] of Object.entries(criteria)) {
    if (Array.isArray(entries)) checkEntries(field, entries, report);
  }
  const { appCriteria = [], devCriteria = [] } = criteria;
  return allOf([
    anyOf(byOrganization(appCriteria, ['applicationId'], 'applicationOrgId', tenant)),
    anyOf(byOrganization(devCriteria, ['developerId', 'developerEmail'], 'developerOrgId', tenant)),
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

/**
 * Combines the ids of each organization. Transactions without one belong to the environment's
 * organization.
 */
function byOrganization(
  criteria: readonly EntityCriterion[],
  idFields: readonly string[],
  organizationField: string,
  { organization }: Tenant,
): readonly FilterNode[] {
  const idsOf = new Map<string | undefined, string[]>();
  for (const { id, orgId } of criteria) idsOf.set(orgId, [...(idsOf.get(orgId) ?? []), id]);
  return [...idsOf].flatMap(([orgId, ids]) => {
    const hasId = anyOf(idFields.map((field) => isOneOf(field, ids)));
    if (orgId === undefined) return hasId ?? [];
    const hasOrganization = isOneOf(organizationField, [orgId]);
    const hasNoOrganization: FilterNode = { kind: 'null', field: organizationField, negated: false };
    return (
      allOf([
        hasId,
        orgId === organization ? anyOf([hasOrganization, hasNoOrganization]) : hasOrganization,
      ]) ?? []
    );
  });
}

/** Returns the codes in upper and in lower case, because facts have both. */
function currencies({ currCriteria = [] }: MintCriteria, tenant: Tenant, report: ReportFault): string[] {
  refuseOtherOrganizations('currCriteria', currCriteria, tenant, report);
  return currCriteria.flatMap(({ id }) => [id.toUpperCase(), id.toLowerCase()]);
}

function packages(criteria: MintCriteria, tenant: Tenant, report: ReportFault): string[] {
  const { monetizationPackageIds = [], monetizationPakageIds = [], pkgCriteria = [] } = criteria;
  refuseOtherOrganizations('pkgCriteria', pkgCriteria, tenant, report);
  return [...monetizationPackageIds, ...monetizationPakageIds, ...pkgCriteria.map(({ id }) => id)];
}

/**
 * Returns ids in all equivalent forms. An id without an organization belongs to the environment's
 * organization.
 */
function products({ productIds = [], prodCriteria = [] }: MintCriteria, tenant: Tenant, report: ReportFault) {
  const own = `${tenant.organization}${organizationMark}`;
  const ids = [...productIds];
  for (const [index, { id, orgId }] of prodCriteria.entries()) {
    const prefix = orgId === undefined ? '' : `${orgId}${organizationMark}`;
    const named = id.includes(organizationMark);
    if (named && !id.startsWith(prefix)) {
      const expected = `expected the organization in the id ${quoted(id)}, or none`;
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
    const expected = `expected ${quoted(organization)}, or none`;
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
      if (text === undefined || isPossibleId(text)) continue;
      const expected = `expected 1 to ${maxIdLength} characters of printable text`;
      report(`${field}[${index}]${member}`, `${quoted(text)} is not an id; ${expected}`);
    }
  }
}

/** Facts and PostgreSQL cannot contain NUL or unpaired surrogates, so no id does. */
function isPossibleId(text: string): boolean {
  return text.length >= 1 && text.length <= maxIdLength && !/[\p{Cc}\p{Cs}]/u.test(text);
}

function isOneOf(field: string, values: readonly string[]): FilterNode | null {
  if (values.length === 0) return null;
  return { kind: 'in', field, type: 'text', negated: false, values: [...new Set(values)] };
}

function allOf(parts: readonly (FilterNode | null)[]): FilterNode | null {
  return joinParts('and', parts);
}

function anyOf(parts: readonly (FilterNode | null)[]): FilterNode | null {
  return joinParts('or', parts);
}

function joinParts(kind: 'and' | 'or', nodes: readonly (FilterNode | null)[]): FilterNode | null {
  const parts = nodes.filter((node) => node !== null);
  return parts.length > 1 ? { kind, parts } : (parts[0] ?? null);
}
