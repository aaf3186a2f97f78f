import { z } from 'zod';

const texts = z.array(z.string()).optional();
const entities = (what: string) =>
  z
    .array(z.strictObject({ id: z.string(), orgId: z.string().optional() }))
    .optional()
    .describe(`${what}; all by default or when empty.`);
const show = (what: string) => z.boolean().optional().describe(what);
const attributes = texts.describe('Custom fields of the dataset `mint` to include.');

/**
 * Body of `POST /v1/mint/organizations/{org}/async-reports`: its shape only, in every spelling of
 * the contract. The planner checks the criteria.
 */
export const mintCriteriaBody = z
  .strictObject({
    fromDate: z.string().optional().describe('YYYY-MM-DD or YYYY-MM-DD HH:MM:SS in UTC, inclusive.'),
    toDate: z.string().optional().describe('YYYY-MM-DD or YYYY-MM-DD HH:MM:SS in UTC, exclusive.'),
    billingMonth: z
      .string()
      .optional()
      .describe('Such as JULY. With billingYear, an alternative to fromDate and toDate.'),
    billingYear: z.union([z.string(), z.int()], { error: 'expected a year such as 2015' }).optional(),
    prevFromDate: z.string().optional().describe('Refused: variance reports are not supported.'),
    prevToDate: z.string().optional().describe('Refused: variance reports are not supported.'),
    appCriteria: entities('Applications'),
    devCriteria: entities('Developers by id or e-mail address'),
    currCriteria: entities('Currencies'),
    pkgCriteria: entities('Packages of API products'),
    prodCriteria: entities('API products'),
    monetizationPackageIds: texts,
    monetizationPakageIds: texts.describe('Synonym of monetizationPackageIds.'),
    productIds: texts.describe('API products, as product or organization@@@product.'),
    ratePlanLevels: texts.describe('DEVELOPER or STANDARD.'),
    pricingTypes: texts.describe('REVSHARE, REVSHARE_RATECARD or RATECARD.'),
    transactionStatus: texts.describe('SUCCESS, FAILED, FINAL or REVIEW.'),
    transactionTypes: texts.describe('Such as CHARGE or REFUND.'),
    currencyOption: z.string().optional().describe('LOCAL (default), EUR, GBP (also spelled GPB) or USD.'),
    groupBy: texts.describe(
      'APPLICATION, BALANCE, DEVELOPER, ORG, PACKAGE, PRODUCT or RATEPLAN, in grouping order.',
    ),
    showSummary: show('Return one row per group.'),
    showTxDetail: show('Return one row per transaction.'),
    showTxType: show('Include the transaction type.'),
    showRevSharePct: show("Include the developer's revenue share."),
    showEntityId: show('Include ids beside names; true by default.'),
    devCustomAttribute: attributes,
    devCustomAttributes: attributes,
    transactionCustomAttribute: attributes,
    transactionCustomAttributes: attributes,
  })
  .meta({ id: 'MintCriteria' });

export type MintCriteriaBody = z.infer<typeof mintCriteriaBody>;
