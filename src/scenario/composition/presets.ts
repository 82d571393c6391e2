import type { InputProblem, SourcePosition } from '../../model/errors.ts'
import { adviceFor } from '../../support/suggest.ts'
import type { TreeEntry, TreeMap, TreeNode } from '../yaml-tree.ts'
import { nestingMax } from './expansion.ts'
import type { Expansion } from './expansion.ts'
import { joinMaps } from './merge.ts'
import { fillMap, placeholderProblems } from './placeholders.ts'
import { scenarioOnlyFields } from './scenario-fields.ts'
import { describeNode, emptyMap, isNothing, textOf, withoutKeys } from './tree.ts'

/** A named part of scenarios, with parameters. */
export interface Preset {
  readonly name: string
  /** Where its name stands. */
  readonly at: SourcePosition
  /** By name; a default that is nothing makes it required. */
  readonly parameters: ReadonlyMap<string, TreeEntry>
  readonly body: TreeMap
}

/** What presets are used with. */
export interface PresetScope {
  readonly presets: ReadonlyMap<string, Preset>
  readonly expansion: Expansion
  readonly problems: InputProblem[]
  /** Told of every use: what it came to, and the words that say where from. */
  readonly onUse: (use: { readonly tree: TreeMap; readonly words: string }) => void
}

/** The presets of one file, and what is wrong with them. */
export function readPresets(entry: TreeEntry | undefined): {
  readonly presets: readonly Preset[]
  readonly problems: readonly InputProblem[]
} {
  if (entry === undefined || isNothing(entry.value)) return { presets: [], problems: [] }
  const { value } = entry
  if (value.kind !== 'map') {
    const message = `Expected \`presets\` to be a map of presets by name, got ${describeNode(value)}.`
    return { presets: [], problems: [{ message, position: value.at }] }
  }
  const read = [...value.entries].map(([name, preset]) => readPreset(name, preset))
  return {
    presets: read.flatMap(({ preset }) => preset ?? []),
    problems: read.flatMap(({ problems }) => problems),
  }
}

const presetNameExpected = 'a word of letters, digits, - and _ that begins with a letter'
const parametersExpected =
  'a map of names and defaults, such as { delay: 80 ms, jitter: }, where nothing means required'

function readPreset(
  name: string,
  { at, value }: TreeEntry,
): { readonly preset?: Preset; readonly problems: readonly InputProblem[] } {
  const problems: InputProblem[] = []
  if (!/^[A-Za-z][\w-]*$/.test(name)) {
    problems.push({ message: `Expected a preset's name to be ${presetNameExpected}, got \`${name}\`.`, position: at })
  }
  if (value.kind !== 'map') {
    const message = `Expected the preset \`${name}\` to be a map of a scenario's fields, got ${describeNode(value)}.`
    return { problems: [...problems, { message, position: value.at }] }
  }
  const parameters = value.entries.get('parameters')
  const declared = parameters?.value.kind === 'map' ? parameters.value.entries : new Map<string, TreeEntry>()
  if (parameters !== undefined && parameters.value.kind !== 'map' && !isNothing(parameters.value)) {
    const message = `Expected \`parameters\` of the preset \`${name}\` to be ${parametersExpected}, got ${describeNode(parameters.value)}.`
    problems.push({ message, position: parameters.value.at })
  }
  for (const [parameter, entry] of declared) {
    if (/^[A-Za-z_]\w*$/.test(parameter)) continue
    const message = `Expected a parameter's name to be a word of letters, digits and _, got \`${parameter}\`.`
    problems.push({ message, position: entry.at })
  }
  const body = withoutKeys(value, ['parameters'])
  for (const field of scenarioOnlyFields) {
    const entry = body.entries.get(field)
    if (entry === undefined) continue
    const advice = 'Write it in the scenario.'
    problems.push({ message: `A preset cannot set \`${field}\`.`, position: entry.at, advice })
  }
  problems.push(...placeholderProblems(body, [...declared.keys()]))
  return { preset: { name, at, parameters: declared, body: withoutKeys(body, scenarioOnlyFields) }, problems }
}

/** The presets that a map uses, one over the other, in their order; null without any. The map's own fields are not among them. */
export function usedPresets(map: TreeMap, scope: PresetScope): TreeMap | null {
  const use = map.entries.get('use')
  return use === undefined || isNothing(use.value) ? null : layersOf(use.value, scope, [])
}

/** A use counts as so many values: it is merged and remembered, however small the preset. */
const useCost = 10

interface Use {
  readonly name: string
  readonly at: SourcePosition
  readonly values: ReadonlyMap<string, TreeEntry>
}

function layersOf(use: TreeNode, scope: PresetScope, within: readonly string[]): TreeMap {
  const items = use.kind === 'list' ? use.items : [use]
  const uses = items.flatMap((item) => useOf(item, scope.problems) ?? [])
  const layers = uses.flatMap((one) => layerOf(one, scope, within) ?? [])
  return layers.reduce(joinMaps, emptyMap(use.at))
}

const useExpected = "a preset's name, or its name and arguments such as { wan: { delay: 80 ms } }"

function useOf(item: TreeNode, problems: InputProblem[]): Use | undefined {
  const name = textOf(item)
  if (name !== undefined) return { name, at: item.at, values: new Map() }
  const [only, second] = item.kind === 'map' ? [...item.entries] : []
  if (only === undefined || second !== undefined) {
    const got = second === undefined ? describeNode(item) : 'a map of several'
    const advice = second === undefined ? undefined : 'Write each preset as an item of its own.'
    const message = `Expected an item of \`use\` to be ${useExpected}, got ${got}.`
    problems.push({ message, position: item.at, ...(advice === undefined ? {} : { advice }) })
    return undefined
  }
  const [key, entry] = only
  if (entry.value.kind === 'map') return { name: key, at: entry.at, values: entry.value.entries }
  if (isNothing(entry.value)) return { name: key, at: entry.at, values: new Map() }
  const message = `Expected the arguments of the preset \`${key}\` to be a map such as { delay: 80 ms }, got ${describeNode(entry.value)}.`
  problems.push({ message, position: entry.value.at })
  return undefined
}

function layerOf(use: Use, scope: PresetScope, within: readonly string[]): TreeMap | undefined {
  const { name, at } = use
  const { presets, problems, expansion } = scope
  const preset = presets.get(name)
  if (preset === undefined) {
    const known = [...presets.keys()]
    const advice =
      known.length === 0 ? 'There are no `presets` in this file, nor in one that it extends.' : adviceFor(name, known)
    problems.push({ message: `There is no preset \`${name}\`.`, position: at, advice })
    return undefined
  }
  if (within.includes(name)) {
    const message = `The preset \`${name}\` uses itself: ${[...within.slice(within.indexOf(name)), name].join(' → ')}.`
    problems.push({ message, position: at })
    return undefined
  }
  if (within.length >= nestingMax) {
    problems.push({ message: `Expected presets to use presets at most ${nestingMax} deep.`, position: at })
    return undefined
  }
  const values = argumentsOf(use, preset, problems)
  if (values === undefined) return undefined
  expansion.take(useCost)
  const filled = fillMap(preset.body, { values, expansion, problems })
  const inner = filled.entries.get('use')
  const words = `In the preset \`${name}\`, used at ${at.file}:${at.line}:${at.column}`
  // Before its own presets: of a place that several know, the innermost knows best.
  const own = withoutKeys(filled, ['use'])
  const tree =
    inner === undefined || isNothing(inner.value) ? own : joinMaps(layersOf(inner.value, scope, [...within, name]), own)
  scope.onUse({ tree: filled, words })
  return tree
}

/** The arguments given, and the defaults of the others; undefined when one is missing. */
function argumentsOf(use: Use, preset: Preset, problems: InputProblem[]): ReadonlyMap<string, TreeNode> | undefined {
  const { name, parameters } = preset
  for (const [given, { at }] of use.values) {
    if (parameters.has(given)) continue
    const advice = parameters.size === 0 ? 'It has none.' : adviceFor(given, [...parameters.keys()])
    problems.push({ message: `The preset \`${name}\` has no parameter \`${given}\`.`, position: at, advice })
  }
  const values = new Map<string, TreeNode>()
  const missing: string[] = []
  for (const [parameter, { value: standard }] of parameters) {
    const given = use.values.get(parameter)?.value
    const value = given === undefined || isNothing(given) ? standard : given
    if (isNothing(value)) missing.push(parameter)
    values.set(parameter, value)
  }
  if (missing.length === 0) return values
  const list = missing.map((parameter) => `\`${parameter}\``).join(', ')
  const advice = `Write { ${name}: { ${missing.map((parameter) => `${parameter}: …`).join(', ')} } }.`
  problems.push({ message: `The preset \`${name}\` needs the argument ${list}.`, position: use.at, advice })
  return undefined
}
