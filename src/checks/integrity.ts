import type { ObservedState } from '../model/timeline.ts'
import { counted } from '../model/units.ts'
import type { CheckResult } from '../model/verdict.ts'
import type { Facts } from './facts.ts'
import { isWithin } from './scope.ts'

/**
 * Whether what the DCs have is what was sent: in every state report, the checksum of the tuples that it lists is the generator's,
 * and no tuple came whose checksum did not fit its content.
 */
export function checkIntegrity({ timeline, scope }: Facts): CheckResult {
  const states = timeline.states.filter(({ t }) => isWithin(scope, t))
  const bad = states.filter(({ checksum, expectedChecksum, corrupt }) => checksum !== expectedChecksum || corrupt > 0)
  const evidence = {
    reports: states.length,
    badCount: bad.length,
    bad: bad.slice(0, reportsShown).map(summarize),
  }
  const [first] = bad
  if (first !== undefined) {
    return { check: 'integrity', verdict: 'fail', message: describe(first, bad.length), evidence }
  }
  const holding = states.filter(({ intervals, basis }) => intervals.length > 0 && basis !== 'outputs_without_checksums')
  if (holding.length === 0) {
    const message = 'No state report with tuples and checksums was seen, so there was nothing to compare.'
    return { check: 'integrity', verdict: 'inconclusive', message, evidence }
  }
  return {
    check: 'integrity',
    verdict: 'pass',
    message: `All checksums hold (${counted(holding.length, 'state report')}).`,
    evidence,
  }
}

/** The evidence only needs to show where the damage lies. */
const reportsShown = 20

function describe(report: ObservedState, count: number): string {
  const { producedBy, origin, key, checksum, expectedChecksum, corrupt } = report
  const what = corrupt > 0 ? counted(corrupt, 'corrupt tuple') : `checksum ${checksum}, expected ${expectedChecksum}`
  return `${counted(count, 'state report')} ${count === 1 ? 'does' : 'do'} not hold; first ${producedBy} for key ${key} of ${origin}: ${what}.`
}

function summarize({
  t,
  producedBy,
  origin,
  key,
  checksum,
  expectedChecksum,
  corrupt,
}: ObservedState): Readonly<Record<string, string | number>> {
  return { t, producedBy, origin, key, checksum, expectedChecksum, corrupt }
}
