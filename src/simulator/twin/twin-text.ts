// What `failover twin` prints.

import { counted, formatSeconds } from '../../model/units.ts'
import { openOrders, type Difference } from './compare-events.ts'
import { twinVerdict, type TwinSummary } from './run-twin.ts'

const shownMax = 20

export function twinText(summary: TwinSummary): string {
  const { testId, on, toleranceSeconds, resolutionSeconds, notes, differences, problem } = summary
  if (problem !== null) return `${testId}: not compared. ${problem}\n`
  const within = `within ${formatSeconds(toleranceSeconds)} and ${formatSeconds(resolutionSeconds ?? 0)} of resolution`
  const head =
    differences.length === 0
      ? `${testId}: simulated and ${on} agree ${within}`
      : `${testId}: simulated and ${on} differ in ${counted(differences.length, 'thing')}, ${within}`
  return [
    head,
    ...notes.map((note) => `  taken from ${on}: ${note}`),
    ...differences.slice(0, shownMax).flatMap((difference) => lines(difference, on)),
    ...(differences.length > shownMax ? [`  … and ${differences.length - shownMax} more`] : []),
    '',
  ].join('\n')
}

export function twinDocument(summary: TwinSummary): object {
  const { testId: scenario, ...rest } = summary
  return { scenario, verdict: twinVerdict(summary), ...rest, openOrders }
}

function lines({ kind, what, one, other, allowed }: Difference, on: string): readonly string[] {
  const limit = allowed === undefined ? '' : `, at most ${formatSeconds(allowed)} apart`
  return [`  ${kind}: ${what}`, `    simulated ${shown(one)}, ${on} ${shown(other)}${limit}`]
}

function shown(value: number | string | null): string {
  if (value === null) return 'never'
  return typeof value === 'number' ? formatSeconds(value) : value
}
