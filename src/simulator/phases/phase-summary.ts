// What a scenario came to over all places of its fault: the spread of each figure, the worst place, and whether everything lay
// where the toolkit's settings say. Pure: it reads the figures of the runs.

import { phaseNames, type PhaseName, type PredictedWindow } from '../../model/takeover.ts'
import { worstVerdict, type Verdict } from '../../model/verdict.ts'
import { spreadOf, type Spread } from '../../support/spread.ts'
import type { PlaceRun } from './place-run.ts'
import type { PhaseCycles } from './places.ts'

/** A figure over all places. */
export interface FigureSpread extends Spread {
  /** Where it was greatest. */
  readonly worst: PlaceRun
}

/** All places of one scenario. */
export interface PhaseSummary {
  readonly testId: string
  readonly cycles: PhaseCycles
  readonly runs: readonly PlaceRun[]
  /** Of the runs: worst first. No run at all is inconclusive. */
  readonly verdict: Verdict
  readonly rto: FigureSpread | null
  readonly phases: readonly (FigureSpread & { readonly name: PhaseName })[]
  readonly lostTuples: FigureSpread | null
  readonly lostSeconds: FigureSpread | null
  /** The windows of all runs together; null when the settings predict none. */
  readonly predictedRto: PredictedWindow | null
  /** The most that any run's settings allow; null when one of them gives no bound. */
  readonly predictedLossSeconds: number | null
  /** Runs whose recovery time lay outside their own window, or whose loss was over their own bound. */
  readonly outside: readonly PlaceRun[]
  /** How many runs had no recovery time to compare. */
  readonly withoutRto: number
}

/** Puts the runs of one scenario together. */
export function summarizePlaces(of: {
  readonly testId: string
  readonly cycles: PhaseCycles
  readonly runs: readonly PlaceRun[]
}): PhaseSummary {
  const { runs } = of
  const bounds = runs.map(({ predictedLossSeconds }) => predictedLossSeconds)
  return {
    ...of,
    verdict: worstVerdict(runs.map(({ verdict }) => verdict)),
    rto: figure(runs, ({ rto }) => rto),
    phases: phaseNames.flatMap((name) => {
      const spread = figure(runs, ({ phases }) => phases[name] ?? null)
      return spread === null ? [] : [{ name, ...spread }]
    }),
    lostTuples: figure(runs, ({ lostTuples }) => lostTuples),
    lostSeconds: figure(runs, ({ lostSeconds }) => lostSeconds),
    predictedRto: together(runs.flatMap(({ predictedRto }) => (predictedRto === null ? [] : [predictedRto]))),
    predictedLossSeconds: bounds.reduce<number | null>(
      (most, bound) => (most === null || bound === null ? null : Math.max(most, bound)),
      0,
    ),
    outside: runs.filter((run) => !isWithinPrediction(run)),
    withoutRto: runs.filter(({ rto }) => rto === null).length,
  }
}

/** Differences of decimal fractions leave dust. */
const dust = 1e-9

function isWithinPrediction(run: PlaceRun): boolean {
  const { rto, rtoUncertainty, predictedRto, lostSeconds, predictedLossSeconds } = run
  const isTimely =
    rto === null ||
    predictedRto === null ||
    (rto + rtoUncertainty >= predictedRto.minSeconds - dust && rto - rtoUncertainty <= predictedRto.maxSeconds + dust)
  const isBounded = lostSeconds === null || predictedLossSeconds === null || lostSeconds <= predictedLossSeconds + dust
  return isTimely && isBounded
}

function figure(runs: readonly PlaceRun[], valueOf: (run: PlaceRun) => number | null): FigureSpread | null {
  const seen = runs.flatMap((run) => {
    const value = valueOf(run)
    return value === null ? [] : [{ run, value }]
  })
  const spread = spreadOf(seen.map(({ value }) => value))
  const worst = seen.find(({ value }) => value === spread?.maximum)
  return spread === null || worst === undefined ? null : { ...spread, worst: worst.run }
}

function together(windows: readonly PredictedWindow[]): PredictedWindow | null {
  if (windows.length === 0) return null
  return {
    minSeconds: Math.min(...windows.map(({ minSeconds }) => minSeconds)),
    maxSeconds: Math.max(...windows.map(({ maxSeconds }) => maxSeconds)),
  }
}
