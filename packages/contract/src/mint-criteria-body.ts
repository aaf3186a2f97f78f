import { z } from 'zod';

const texts = z.array(z.string()).optional();
const entities = (what: string) =>
  z
    .array(z.strictObject({ id: z.string(), orgId: z.string().optional() }))
    .optional()
    .describe(`${what}; all when it is missing or empty.`);
const show = (what: string) => z.boolean().optional().describe(what);
const attributes = texts.describe('Custom fields of the dataset `mint` to show.');

/**
 * Body of `POST /v1/mint/organizations/{org}/async-reports`: the shape only, in every spelling of the contract. What
 * the criteria mean is checked by the planner.
 */
export const mintCriteriaBody = z
  .strictObject({
    fromDate: z.string().optional().describe('YYYY-MM-DD or YYYY-MM-DD HH:MM:SS in UTC, included.'),
    toDate: z.string().optional().describe('YYYY-MM-DD or YYYY-MM-DD HH:MM:SS in UTC, not included.'),
    billingMonth: z.string().optional().describe('Such as JULY; alone with its year it is the period.'),
    billingYear: z.union([z.string(), z.int()], { error: 'expected a year such as 2015' }).optional(),
    prevFromDate: z.string().optional().describe('Refused: of variance reports only.'),
    prevToDate: z.string().optional().describe('Refused: of variance reports only.'),
    appCriteria: entities('Applications'),
    devCriteria: entities('Developers by id or e-mail address'),
    currCriteria: entities('Currencies'),
    pkgCriteria: entities('Packages of API products'),
    prodCriteria: entities('API products'),
    monetizationPackageIds: texts,
    monetizationPakageIds: texts.describe('The same as monetizationPackageIds.'),
    productIds: texts.describe('API products, alone or as organization@@@product.'),
    ratePlanLevels: texts.describe('DEVELOPER, STANDARD.'),
    pricingTypes: texts.describe('REVSHARE, REVSHARE_RATECARD, RATECARD.'),
    transactionStatus: texts.describe('SUCCESS, FAILED, FINAL, REVIEW.'),
    transactionTypes: texts.describe('Such as CHARGE or REFUND.'),
    currencyOption: z.string().optional().describe('LOCAL by default, EUR, GBP (also GPB) or USD.'),
    groupBy: texts.describe(
      'APPLICATION, BALANCE, DEVELOPER, ORG, PACKAGE, PRODUCT, RATEPLAN, in their order.',
    ),
    showSummary: show('One row for each group.'),
    showTxDetail: show('One row for each transaction.'),
    showTxType: show('The type of a transaction.'),
    showRevSharePct: show("The developer's share."),
    showEntityId: show('Ids beside names; true by default.'),
    devCustomAttribute: attributes,
    devCustomAttributes: attributes,
    transactionCustomAttribute: attributes,
    transactionCustomAttributes: attributes,
  })
  .meta({ id: 'MintCriteria' });

export type MintCriteriaBody = z.infer<typeof mintCriteriaBody>;
