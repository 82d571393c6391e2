import type { InputProblem } from '../../model/errors.ts'
import { adviceFor } from '../../support/suggest.ts'
import type { TreeEntry, TreeMap, TreeNode, TreeScalar } from '../yaml-tree.ts'
import type { Expansion } from './expansion.ts'
import { describeNode } from './tree.ts'

/** `${name}`, and `$${` which stands for `${` itself. */
const placeholder = /\$\$\{|\$\{([^}]*)\}/g
const whole = /^\$\{([^}]*)\}$/

/** What a body's placeholders are filled with. */
export interface Filling {
  readonly values: ReadonlyMap<string, TreeNode>
  readonly expansion: Expansion
  readonly problems: InputProblem[]
}

/**
 * A copy of a preset's body with its arguments in place. A scalar that is one placeholder and nothing else becomes the argument
 * itself, whatever its type; within other text, and in keys, an argument is pasted as text, and the result is text, never YAML.
 */
function fill(node: TreeNode, filling: Filling): TreeNode {
  filling.expansion.take(1)
  if (node.kind === 'scalar') return fillScalar(node, filling)
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => fill(item, filling)) }
  return fillMap(node, filling)
}

/** As `fill`, for a map. */
export function fillMap(map: TreeMap, filling: Filling): TreeMap {
  const entries = new Map<string, TreeEntry>()
  for (const [key, { at, value }] of map.entries) {
    const name = key.includes('${') ? pasted({ text: key, node: { kind: 'scalar', at, value: key } }, filling) : key
    const first = entries.get(name)
    if (first !== undefined || name === '__proto__') {
      const message = `The key \`${key}\` of the preset becomes \`${name}\`, which is ${first === undefined ? 'not allowed' : 'there already'}.`
      filling.problems.push({ message, position: at })
    } else {
      entries.set(name, { at, value: fill(value, filling) })
    }
  }
  return { ...map, entries }
}

/** Problems with the placeholders of a body: each must name a parameter of its preset. */
export function placeholderProblems(body: TreeMap, parameters: readonly string[]): readonly InputProblem[] {
  const problems: InputProblem[] = []
  const look = (text: string, position: TreeScalar['at']): void => {
    for (const [, name] of text.matchAll(placeholder)) {
      if (name === undefined || parameters.includes(name)) continue
      const advice =
        parameters.length === 0
          ? 'The preset has no `parameters`.'
          : adviceFor(name, parameters).replace('Known here', 'Its parameters')
      problems.push({
        message: `There is no parameter \`${name}\`.`,
        position,
        advice: `${advice} For the text itself write \`$\${${name}}\`.`,
      })
    }
  }
  const visit = (node: TreeNode): void => {
    if (node.kind === 'scalar' && typeof node.value === 'string') look(node.value, node.at)
    if (node.kind === 'list') node.items.forEach(visit)
    if (node.kind !== 'map') return
    for (const [key, entry] of node.entries) {
      look(key, entry.at)
      visit(entry.value)
    }
  }
  visit(body)
  return problems
}

function fillScalar(node: TreeScalar, filling: Filling): TreeNode {
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node
  const name = whole.exec(node.value)?.[1]
  const argument = name === undefined ? undefined : filling.values.get(name)
  if (argument === undefined) return { ...node, value: pasted({ text: node.value, node }, filling) }
  filling.expansion.takeTree(argument)
  return argument
}

function pasted(into: { readonly text: string; readonly node: TreeScalar }, filling: Filling): string {
  return into.text.replaceAll(placeholder, (found: string, name: string | undefined) => {
    if (name === undefined) return '${'
    const argument = filling.values.get(name)
    // Unknown names were complained about where the preset stands.
    if (argument === undefined) return found
    if (argument.kind === 'scalar' && argument.value !== null) return filling.expansion.paste(String(argument.value))
    const message = `Expected the argument \`${name}\` to be a single value, since \`${found}\` stands within other text, got ${describeNode(argument)}.`
    filling.problems.push({ message, position: into.node.at })
    return found
  })
}
