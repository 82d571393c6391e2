import { adviceFor } from '../../support/suggest.ts'
import type { TreeEntry, TreeMap, TreeNode } from '../yaml-tree.ts'
import { writtenFields } from './scenario-fields.ts'
import { emptyMap, isNothing, textOf, withEntry } from './tree.ts'

/** Where a path of a matrix leads, or why it leads nowhere. */
export type MatrixTarget =
  | { readonly ok: true; readonly keys: readonly (string | number)[] }
  | { readonly ok: false; readonly message: string; readonly advice: string }

const notVaried = ['test_id', 'use', 'matrix', 'only', 'skip', 'tags']

/**
 * Resolves `crossdc.heartbeatExchangeInterval`, `fault_scenario.STEPID.for` and `post_failover_validation_checks.loss.at_most`
 * against a scenario. A step goes by its id, wherever it stands, or, without one, by its kind where that is the only one.
 */
export function resolvePath(scenario: TreeMap, path: string): MatrixTarget {
  const words = path.split('.')
  const [field = '', ...rest] = words
  if (!writtenFields().includes(field) || notVaried.includes(field)) {
    const known = writtenFields().filter((name) => !notVaried.includes(name))
    return nowhere(path, `A scenario has no field \`${field}\` that could be varied.`, adviceFor(field, known))
  }
  if (words.includes('') || words.includes('__proto__'))
    return nowhere(path, 'It has an empty part.', 'Write it as field.key.key.')
  const value = scenario.entries.get(field)?.value
  if (field === 'fault_scenario' && rest.length > 0) return stepPath(path, rest, value)
  if (field === 'post_failover_validation_checks' && rest.length > 0) return checkPath(path, rest, value)
  return inMaps(path, [field], { node: value, rest })
}

/** The scenario with the value at a path; maps that are not there yet come to be. */
export function setAt(map: TreeMap, keys: readonly (string | number)[], entry: TreeEntry): TreeMap {
  const set = setIn(map, keys, entry)
  return set.kind === 'map' ? set : map
}

function setIn(node: TreeNode | undefined, keys: readonly (string | number)[], entry: TreeEntry): TreeNode {
  const [key, ...rest] = keys
  if (key === undefined) return entry.value
  if (typeof key === 'number') {
    if (node?.kind !== 'list') return entry.value
    return { ...node, items: node.items.map((item, index) => (index === key ? setIn(item, rest, entry) : item)) }
  }
  const map = mapOf(node, entry)
  const before = map.entries.get(key)
  const value = setIn(before?.value, rest, entry)
  // The matrix's own place for what it sets; the place of the file for what it only goes through.
  return withEntry(map, key, { at: rest.length === 0 || before === undefined ? entry.at : before.at, value })
}

/** A check that stands there as a bare name becomes a map of that name, to hold arguments. */
function mapOf(node: TreeNode | undefined, { at }: TreeEntry): TreeMap {
  if (node?.kind === 'map') return node
  const bare = textOf(node)
  const empty = emptyMap(node?.at ?? at)
  return node === undefined || bare === undefined
    ? empty
    : withEntry(empty, bare, { at: node.at, value: { kind: 'scalar', at: node.at, value: null } })
}

function inMaps(
  path: string,
  keys: readonly (string | number)[],
  from: { readonly node: TreeNode | undefined; readonly rest: readonly string[] },
): MatrixTarget {
  let { node } = from
  for (const [index, word] of from.rest.entries()) {
    if (node !== undefined && node.kind !== 'map' && !isNothing(node)) {
      const words = path.split('.')
      const before = words.slice(0, words.length - from.rest.length + index).join('.')
      const what = node.kind === 'list' ? 'a list' : 'a single value'
      return nowhere(
        path,
        `\`${before}\` is ${what}, which has no \`${word}\`.`,
        'End the path there, or name another.',
      )
    }
    node = node?.kind === 'map' ? node.entries.get(word)?.value : undefined
  }
  return { ok: true, keys: [...keys, ...from.rest] }
}

interface FoundStep {
  readonly keys: readonly (string | number)[]
  readonly node: TreeMap
}

function stepPath(path: string, words: readonly string[], steps: TreeNode | undefined): MatrixTarget {
  const [name = '', ...rest] = words
  const all = stepsIn(steps, ['fault_scenario'])
  const byId = all.filter(({ node }) => textOf(node.entries.get('id')?.value) === name)
  const byKind = all.filter(({ node }) => !node.entries.has('id') && node.entries.has(name))
  const found = byId.length > 0 ? byId : byKind
  const [step, second] = found
  if (step === undefined) {
    const ids = all.flatMap(({ node }) => textOf(node.entries.get('id')?.value) ?? [])
    const advice = ids.length === 0 ? 'Give the step an `id`, and name that.' : adviceFor(name, ids)
    return nowhere(path, `There is no step \`${name}\`.`, advice)
  }
  if (second !== undefined)
    return nowhere(path, `There are ${found.length} steps \`${name}\`.`, 'Give the step an `id`, and name that.')
  if (rest.length === 0)
    return nowhere(path, `It names the whole step \`${name}\`.`, `Name what to vary, such as ${path}.for.`)
  return inMaps(path, step.keys, { node: step.node, rest })
}

/** Every map in a list of steps, and in lists within them, for those may be steps too. */
function stepsIn(node: TreeNode | undefined, keys: readonly (string | number)[]): readonly FoundStep[] {
  if (node === undefined || node.kind === 'scalar') return []
  if (node.kind === 'map') {
    return [...node.entries].flatMap(([key, { value }]) => stepsIn(value, [...keys, key]))
  }
  return node.items.flatMap((item, index) => {
    const own: FoundStep[] = item.kind === 'map' ? [{ keys: [...keys, index], node: item }] : []
    return [...own, ...stepsIn(item, [...keys, index])]
  })
}

function checkPath(path: string, words: readonly string[], checks: TreeNode | undefined): MatrixTarget {
  const [name = '', ...rest] = words
  const items = checks?.kind === 'list' ? checks.items : []
  const names = items.map(checkName)
  const places = names.flatMap((one, index) => (one === name ? [index] : []))
  const [index, second] = places
  if (index === undefined) {
    const known = names.flatMap((one) => one ?? [])
    const advice = known.length === 0 ? 'Add the check to `post_failover_validation_checks`.' : adviceFor(name, known)
    return nowhere(path, `There is no check \`${name}\`.`, advice)
  }
  if (second !== undefined) {
    return nowhere(
      path,
      `There are ${places.length} checks \`${name}\`.`,
      'Write the scenarios out, or leave one of them to a preset.',
    )
  }
  const item = items[index]
  const keys = ['post_failover_validation_checks', index]
  const [first] = rest
  // `for` and `severity` stand beside a check's name, everything else below it.
  if (first !== undefined && besideNames.includes(first)) return inMaps(path, keys, { node: mapOrNothing(item), rest })
  const argument = item?.kind === 'map' ? item.entries.get(name)?.value : undefined
  return inMaps(path, [...keys, name], { node: argument, rest })
}

const besideNames = ['for', 'severity']

function checkName(item: TreeNode): string | undefined {
  return item.kind === 'map' ? [...item.entries.keys()].find((key) => !besideNames.includes(key)) : textOf(item)
}

function mapOrNothing(node: TreeNode | undefined): TreeNode | undefined {
  return node?.kind === 'map' ? node : undefined
}

function nowhere(path: string, why: string, advice: string): MatrixTarget {
  return { ok: false, message: `The path \`${path}\` of \`matrix\` leads nowhere. ${why}`, advice }
}
