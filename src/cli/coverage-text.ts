import { cellKey, coverageStores, directionsOf, faultClasses, lifePhases, possibleCells } from '../model/coverage.ts'
import type { CoverageCell, CoverageDirection, CoveredCell, FaultClass } from '../model/coverage.ts'
import type { OperationMode } from '../model/datacenter.ts'
import { counted } from '../model/units.ts'
import { wrap } from '../reports/text-layout.ts'
import type { CoverageDocument } from './coverage.ts'

// The map as tables of 80 columns: one for each mode and store, a row for each phase, a column for each class and direction.

const labelWidth = 14
const cellWidth = 3
const gap = '  '
/** More than a cell has room for. */
const countMax = 99

const arrows: Readonly<Record<CoverageDirection, string>> = {
  dc1_to_dc2: '→',
  dc2_to_dc1: '←',
  both: '↔',
  dc1: '1',
  dc2: '2',
}

/** Which table a cell is in. */
type Part = Pick<CoverageCell, 'mode' | 'store'>

const modes: readonly OperationMode[] = ['active-active', 'active-passive']
const parts: readonly Part[] = modes.flatMap((mode) => coverageStores.map((store) => ({ mode, store })))
const possible = new Set(possibleCells().map(cellKey))

/** The coverage of a suite for people; the list of what is empty is wrapped to so many columns. */
export function coverageText(document: CoverageDocument, columns: number): string {
  const { tests, covered, possible: all, perhaps, empty } = document
  const used = parts.filter((part) => document.cells.some((cell) => isIn(cell, part)))
  const unsure = perhaps === 0 ? '' : `, perhaps ${perhaps} more`
  const head = `${counted(tests.length, 'scenario')}: ${covered} of ${all} cells${unsure}.`
  return [
    ...wrap(head, columns),
    ...used.flatMap((part) => ['', ...tableOf(document, part)]),
    ...(used.length === 0 ? [] : ['', ...wrap(legend, columns)]),
    ...remarks(document).flatMap((line) => ['', ...wrap(line, columns)]),
    ...(empty.length === 0 ? [] : ['', `EMPTY: ${counted(empty.length, 'cell')}`, ...emptyLines(empty, columns)]),
    '',
  ].join('\n')
}

const legend =
  '→ dc1 to dc2, ← dc2 to dc1, ↔ both, 1 dc1, 2 dc2. A number: so many tests; ?: perhaps one; ·: none; blank: makes no sense. A fault counts where it begins.'

function tableOf({ cells }: CoverageDocument, part: Part): readonly string[] {
  const byKey = new Map(cells.map((cell) => [cellKey(cell), cell]))
  const groups = faultClasses.map((fault) => fault.padEnd(directionsOf[fault].length * cellWidth - 1))
  const directions = faultClasses.map((fault) => directionsOf[fault].map((one) => cellText(arrows[one])).join(''))
  const rows = lifePhases.map((phase) => {
    const texts = faultClasses.map((fault) =>
      directionsOf[fault]
        .map((direction) => {
          const key = cellKey({ ...part, phase, fault, direction })
          return cellText(markOf(byKey.get(key), possible.has(key)))
        })
        .join(''),
    )
    return phase.replaceAll('_', ' ').padEnd(labelWidth) + texts.join(gap)
  })
  // Class names begin above the first of their directions, which stands at the right of its cell.
  const names = groups.map((name) => ` ${name}`).join(gap)
  return [
    `${part.mode}, ${part.store}`,
    ' '.repeat(labelWidth) + names,
    ' '.repeat(labelWidth) + directions.join(gap),
    ...rows,
  ].map((line) => line.trimEnd())
}

function cellText(text: string): string {
  return text.padStart(cellWidth)
}

function markOf(cell: CoveredCell | undefined, isPossible: boolean): string {
  if (cell === undefined) return isPossible ? '·' : ''
  if (cell.tests.length === 0) return '?'
  return cell.tests.length > countMax ? '++' : String(cell.tests.length)
}

function remarks({ withoutFault, skipped, outside, databases }: CoverageDocument): readonly string[] {
  const stores = Object.entries(databases).map(([name, tests]) => `${name} (${counted(tests.length, 'test')})`)
  return [
    ...(stores.length === 0 ? [] : [`Tables are in ${stores.join(', ')}.`]),
    ...(withoutFault.length === 0 ? [] : [`Without a fault: ${withoutFault.join(', ')}.`]),
    ...(skipped.length === 0 ? [] : [`Skipped, and counted nowhere: ${skipped.join(', ')}.`]),
    ...outside.map(({ test, step, reason }) => `Counted nowhere: ${step} of ${test}: ${reason}.`),
  ]
}

/** What is empty, by table and phase: classes with the directions that lack, alone where all do. */
function emptyLines(empty: readonly CoverageCell[], columns: number): readonly string[] {
  return parts.flatMap((part) => {
    const cells = empty.filter((cell) => isIn(cell, part))
    if (cells.length === 0) return []
    const title = `${gap}${part.mode}, ${part.store}`
    if (cells.length === countPossible((cell) => isIn(cell, part))) return [`${title}: everything`]
    const rows = lifePhases.flatMap((phase) => {
      const inPhase = cells.filter((cell) => cell.phase === phase)
      if (inPhase.length === 0) return []
      const isAll = inPhase.length === countPossible((cell) => isIn(cell, part) && cell.phase === phase)
      const text = isAll ? 'everything' : faultClasses.flatMap((fault) => classText(fault, inPhase, part)).join(', ')
      const label = `${gap}${gap}${phase.replaceAll('_', ' ').padEnd(labelWidth)} `
      return wrap(text, columns - label.length).map((line, index) =>
        index === 0 ? label + line : ' '.repeat(label.length) + line,
      )
    })
    return [title, ...rows]
  })
}

function classText(fault: FaultClass, cells: readonly CoverageCell[], part: Part): readonly string[] {
  const lacking = cells.filter((cell) => cell.fault === fault)
  const [first] = lacking
  if (first === undefined) return []
  const all = countPossible((cell) => isIn(cell, part) && cell.fault === fault && cell.phase === first.phase)
  return [lacking.length === all ? fault : `${fault}:${lacking.map(({ direction }) => arrows[direction]).join('')}`]
}

function countPossible(isWanted: (cell: CoverageCell) => boolean): number {
  return possibleCells().filter(isWanted).length
}

function isIn(cell: CoverageCell, { mode, store }: Part): boolean {
  return cell.mode === mode && cell.store === store
}
