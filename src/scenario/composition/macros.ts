import { matchesGlob } from 'node:path'
import type { InputProblem, SourcePosition } from '../../model/errors.ts'
import type { JsonObject, JsonValue } from '../../model/json.ts'
import { adviceFor } from '../../support/suggest.ts'
import type { TreeEntry, TreeMap, TreeNode } from '../yaml-tree.ts'
import { joinMaps } from './merge.ts'
import { composedFields, writtenFields, scenarioOnlyFields } from './scenario-fields.ts'
import { describeNode, isNothing, textOf, textsOf } from './tree.ts'

/** What is added to scenarios by their id or tag, as data: an option of the plugin. */
export interface MacroOption {
  /** Globs of ids, or tags; any of them. */
  readonly match: string | readonly string[]
  /** Fields of a scenario. */
  readonly add: JsonObject
}

/** A macro, read. */
export interface Macro {
  readonly match: readonly string[]
  readonly add: TreeMap
  /** What messages call it. */
  readonly name: string
  /** Where it stands; absent for one of the options. */
  readonly position?: SourcePosition
}

const macroExpected = 'a map such as { match: "FAIL-*", add: { post_failover_validation_checks: [integrity] } }'
const matchExpected = 'a glob of ids or a tag, or a list of them, such as "FAIL-*"'

/** The macros of one file, and what is wrong with them. */
export function readMacros(entry: TreeEntry | undefined): {
  readonly macros: readonly Macro[]
  readonly problems: readonly InputProblem[]
} {
  if (entry === undefined || isNothing(entry.value)) return { macros: [], problems: [] }
  const { value } = entry
  if (value.kind !== 'list') {
    const message = `Expected \`macros\` to be a list, each ${macroExpected}, got ${describeNode(value)}.`
    return { macros: [], problems: [{ message, position: value.at }] }
  }
  const problems: InputProblem[] = []
  const macros = value.items.flatMap((item) => readMacro(item, problems) ?? [])
  return { macros, problems }
}

/** The macros of the plugin's options, whose types were checked there. Their places are `macros[0]` and so on, line 1. */
export function macrosOfOptions(options: readonly MacroOption[]): readonly Macro[] {
  return options.map(({ match, add }, index) => {
    const at = { file: optionPlace(index), line: 1, column: 1 }
    const tree = treeOf(add, at)
    const matches = typeof match === 'string' ? [match] : match
    const name = `${optionPlace(index)} of the plugin's options (${matches.join(', ')})`
    return { match: matches, add: tree.kind === 'map' ? tree : { kind: 'map', at, entries: new Map() }, name }
  })
}

/** Whether a place is not one in a file but in the plugin's options. */
export function isOptionPlace(position: SourcePosition): boolean {
  return /^macros\[\d+\]$/.test(position.file)
}

/** Whether a macro is for a scenario of this id and these tags. */
function isMatch(
  macro: Pick<Macro, 'match'>,
  scenario: { readonly testId: string; readonly tags: readonly string[] },
): boolean {
  return macro.match.some((pattern) => scenario.tags.includes(pattern) || matchesGlob(scenario.testId, pattern))
}

/**
 * The scenario with what the matching macros add: steps, checks and tags behind its own, everything else only where the scenario
 * says nothing. A check that the scenario has itself, by its name, is not added a second time.
 */
export function applyMacros(
  tree: TreeMap,
  macros: readonly Macro[],
): { readonly tree: TreeMap; readonly used: readonly Macro[] } {
  const testId = textOf(tree.entries.get('test_id')?.value)
  if (testId === undefined || macros.length === 0) return { tree, used: [] }
  const tags = [...textsOf(tree.entries.get('tags')?.value), ...familyOf(testId)]
  const used = macros.filter((macro) => isMatch(macro, { testId, tags }))
  return { tree: used.reduce((sofar, { add }) => added(sofar, add), tree), used }
}

/** `PART-01` also has the tag `part`. */
function familyOf(testId: string): readonly string[] {
  // The expression takes time quadratic in the length, and the schema refuses an id as long as this.
  const family = /^(.*[A-Za-z][\w.-]*?)-\d+$/.exec(testId.slice(0, 1000))?.[1]
  return family === undefined ? [] : [family.toLowerCase()]
}

function added(tree: TreeMap, add: TreeMap): TreeMap {
  const own = new Set(checksOf(tree).map(nameOf))
  const lists = new Map<string, TreeEntry>()
  for (const [key, entry] of add.entries) {
    if (entry.value.kind !== 'list') continue
    const isChecks = key === 'post_failover_validation_checks'
    const items = entry.value.items.filter((item) => !isChecks || !own.has(nameOf(item)))
    if (items.length > 0) lists.set(key, { ...entry, value: { ...entry.value, items } })
  }
  const rest = new Map([...add.entries].filter(([, { value }]) => value.kind !== 'list'))
  const under = joinMaps({ ...add, entries: rest }, tree)
  // The scenario's lists come first here, so it is the lower one; a list of another field only fills a gap.
  const fresh = new Map([...lists].filter(([key]) => joins.includes(key) || !tree.entries.has(key)))
  return { ...joinMaps(under, { ...add, entries: fresh }), at: tree.at }
}

const joins = ['fault_scenario', 'post_failover_validation_checks', 'tags']

function checksOf(tree: TreeMap): readonly TreeNode[] {
  const checks = tree.entries.get('post_failover_validation_checks')?.value
  return checks?.kind === 'list' ? checks.items : []
}

/** A check's name: the word itself, or the key that is not beside it. */
function nameOf(check: TreeNode): string | undefined {
  if (check.kind !== 'map') return textOf(check)
  return [...check.entries.keys()].find((key) => key !== 'for' && key !== 'severity')
}

function readMacro(item: TreeNode, problems: InputProblem[]): Macro | undefined {
  if (item.kind !== 'map') {
    problems.push({ message: `Expected a macro to be ${macroExpected}, got ${describeNode(item)}.`, position: item.at })
    return undefined
  }
  for (const [key, { at }] of item.entries) {
    if (key === 'match' || key === 'add') continue
    problems.push({
      message: `Unknown key \`${key}\` in a macro.`,
      position: at,
      advice: adviceFor(key, ['match', 'add']),
    })
  }
  const match = item.entries.get('match')?.value
  const matches = textsOf(match)
  const count = match?.kind === 'list' ? match.items.length : 1
  if (matches.length === 0 || matches.length < count) {
    const got = match === undefined ? 'nothing' : describeNode(match)
    problems.push({ message: `Expected \`match\` to be ${matchExpected}, got ${got}.`, position: match?.at ?? item.at })
    return undefined
  }
  const add = item.entries.get('add')?.value
  if (add?.kind !== 'map' || add.entries.size === 0) {
    const got = add === undefined ? 'nothing' : describeNode(add)
    problems.push({
      message: `Expected \`add\` to be a map of a scenario's fields, got ${got}.`,
      position: add?.at ?? item.at,
    })
    return undefined
  }
  problems.push(...fieldProblems(add))
  return { match: matches, add, name: `the macro ${matches.join(', ')}`, position: item.at }
}

function fieldProblems(add: TreeMap): readonly InputProblem[] {
  const refused = [...scenarioOnlyFields, ...composedFields]
  return [...add.entries].flatMap(([key, { at }]) => {
    if (refused.includes(key)) return [{ message: `A macro cannot add \`${key}\`.`, position: at }]
    if (writtenFields().includes(key)) return []
    return [{ message: `Unknown key \`${key}\` in \`add\`.`, position: at, advice: adviceFor(key, writtenFields()) }]
  })
}

function treeOf(value: JsonValue, at: SourcePosition): TreeNode {
  if (isList(value)) return { kind: 'list', at, items: value.map((item) => treeOf(item, at)) }
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', at, value }
  const entries = Object.entries(value).map(([key, item]) => [key, { at, value: treeOf(item, at) }] as const)
  return { kind: 'map', at, entries: new Map(entries) }
}

/** `Array.isArray` does not narrow a read-only list away. */
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function optionPlace(index: number): string {
  return `macros[${index}]`
}
