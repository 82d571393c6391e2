import { cellKey, possibleCells } from './coverage.ts'
import type { CoverageCell, CoveredCell, FaultPlace } from './coverage.ts'

/** What one test tries. */
export interface TestCoverage {
  readonly testId: string
  readonly places: readonly FaultPlace[]
}

/** What a suite tries. */
export interface CoverageMap {
  /** In the order of the table. */
  readonly cells: readonly CoveredCell[]
  /** How many cells make sense. */
  readonly possible: number
  /** How many of them some test surely falls into. */
  readonly covered: number
  /** How many more a test may fall into. */
  readonly perhaps: number
}

/** Puts what tests try into one map. */
export function coverageMap(tests: readonly TestCoverage[]): CoverageMap {
  const found = new Map<
    string,
    { readonly cell: CoverageCell; readonly tests: Set<string>; readonly perhaps: Set<string> }
  >()
  for (const { testId, places } of tests) {
    for (const { cell, isSure } of places) {
      const key = cellKey(cell)
      const entry = found.get(key) ?? { cell, tests: new Set(), perhaps: new Set() }
      found.set(key, entry)
      ;(isSure ? entry.tests : entry.perhaps).add(testId)
    }
  }
  const possible = possibleCells()
  const order = new Map(possible.map((cell, index) => [cellKey(cell), index]))
  const placeOf = (cell: CoverageCell): number => order.get(cellKey(cell)) ?? possible.length
  const cells = [...found.values()]
    .toSorted((a, b) => placeOf(a.cell) - placeOf(b.cell))
    .map(({ cell, tests: sure, perhaps }): CoveredCell => {
      const { mode, fault, direction, phase, store } = cell
      const maybe = [...perhaps].filter((id) => !sure.has(id))
      return { mode, fault, direction, phase, store, tests: [...sure], perhaps: maybe }
    })
  const inside = cells.filter((cell) => order.has(cellKey(cell)))
  const covered = inside.filter((cell) => cell.tests.length > 0).length
  return { cells, possible: possible.length, covered, perhaps: inside.length - covered }
}

/** The cells that make sense and that no test falls into, not even perhaps. */
export function emptyCells({ cells }: Pick<CoverageMap, 'cells'>): readonly CoverageCell[] {
  const taken = new Set(cells.map(cellKey))
  return possibleCells().filter((cell) => !taken.has(cellKey(cell)))
}
