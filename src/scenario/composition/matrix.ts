import type { InputProblem } from '../../model/errors.ts'
import type { TreeEntry, TreeMap, TreeNode } from '../yaml-tree.ts'
import type { Expansion } from './expansion.ts'
import { resolvePath, setAt } from './matrix-path.ts'
import { describeNode, isNothing, withoutKeys } from './tree.ts'

/** One scenario of a matrix. */
export interface MatrixVariant {
  readonly tree: TreeMap
  /** What its id gets, such as `[heartbeatExchangeInterval=10]`; empty without a matrix. */
  readonly suffix: string
}

/** Scenarios that one matrix may come to. */
export const variantsMax = 1000

interface Axis {
  readonly path: string
  /** Where the path stands, which is the place of what it sets. */
  readonly entry: TreeEntry
  readonly keys: readonly (string | number)[]
  readonly values: readonly { readonly node: TreeNode; readonly name: string }[]
}

/** The scenarios that `matrix` makes of one, in the order of its lists, the last path's values changing first. */
export function expandMatrix(
  scenario: TreeMap,
  into: { readonly expansion: Expansion; readonly problems: InputProblem[] },
): readonly MatrixVariant[] {
  const matrix = scenario.entries.get('matrix')
  const plain = withoutKeys(scenario, ['matrix'])
  if (matrix === undefined || isNothing(matrix.value)) {
    into.expansion.takeTree(plain)
    return [{ tree: plain, suffix: '' }]
  }
  const { axes, problems } = axesOf(matrix, plain)
  into.problems.push(...problems)
  if (problems.length > 0) return []
  const names = shortNames(axes.map(({ path }) => path))
  let variants: readonly { readonly tree: TreeMap; readonly parts: readonly string[] }[] = [{ tree: plain, parts: [] }]
  for (const [index, axis] of axes.entries()) {
    variants = variants.flatMap(({ tree, parts }) =>
      axis.values.map(({ node, name }) => ({
        tree: setAt(tree, axis.keys, { at: axis.entry.at, value: node }),
        parts: [...parts, `${names[index]}=${name}`],
      })),
    )
  }
  return variants.map(({ tree, parts }) => {
    into.expansion.takeTree(tree)
    return { tree, suffix: `[${parts.join(',')}]` }
  })
}

function axesOf(
  matrix: TreeEntry,
  scenario: TreeMap,
): { readonly axes: readonly Axis[]; readonly problems: readonly InputProblem[] } {
  if (matrix.value.kind !== 'map' || matrix.value.entries.size === 0) {
    const got = matrix.value.kind === 'map' ? 'none' : describeNode(matrix.value)
    const message = `Expected \`matrix\` to be a map of paths and lists of values, such as { fault_scenario.cut.for: [60 s, 10 min] }, got ${got}.`
    return { axes: [], problems: [{ message, position: matrix.value.kind === 'scalar' ? matrix.value.at : matrix.at }] }
  }
  const problems: InputProblem[] = []
  const axes = [...matrix.value.entries].flatMap(([path, entry]) => axisOf(path, entry, { scenario, problems }) ?? [])
  const count = axes.reduce((product, { values }) => product * values.length, 1)
  if (problems.length === 0 && count > variantsMax) {
    const message = `Expected \`matrix\` to come to at most ${variantsMax} scenarios, got ${count}.`
    problems.push({ message, position: matrix.at, advice: 'Shorten its lists, or split it.' })
  }
  return { axes, problems }
}

function axisOf(
  path: string,
  entry: TreeEntry,
  of: { readonly scenario: TreeMap; readonly problems: InputProblem[] },
): Axis | undefined {
  const { value } = entry
  if (value.kind !== 'list' || value.items.length === 0) {
    const got = value.kind === 'list' ? 'an empty one' : describeNode(value)
    const message = `Expected \`matrix.${path}\` to be a list of at least one value, got ${got}.`
    of.problems.push({ message, position: value.kind === 'scalar' ? value.at : entry.at })
    return undefined
  }
  const target = resolvePath(of.scenario, path)
  if (!target.ok) {
    of.problems.push({ message: target.message, position: entry.at, advice: target.advice })
    return undefined
  }
  const values = value.items.map((node, index) => ({ node, name: valueName(node, index) }))
  const seen = new Set<string>()
  for (const { node, name } of values) {
    if (seen.has(name)) {
      of.problems.push({ message: `The value ${name} of \`matrix.${path}\` stands there twice.`, position: node.at })
    }
    seen.add(name)
  }
  return { path, entry, keys: target.keys, values }
}

/** A value as an id shows it; one that is no plain word or number goes by its place in the list. */
function valueName(node: TreeNode, index: number): string {
  const text = node.kind === 'scalar' && node.value !== null ? String(node.value) : ''
  return /^[\w.%/:+@-](?:[\w .%/:+@-]{0,38}[\w.%/:+@-])?$/.test(text) ? text : `#${index + 1}`
}

/** The last parts of the paths, as many as it takes to tell them apart. */
function shortNames(paths: readonly string[]): readonly string[] {
  return paths.map((path) => {
    const words = path.split('.')
    for (let count = 1; count < words.length; count += 1) {
      const short = words.slice(-count).join('.')
      if (paths.filter((other) => other === short || other.endsWith(`.${short}`)).length === 1) return short
    }
    return path
  })
}
