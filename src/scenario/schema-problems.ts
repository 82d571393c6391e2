import type { z } from 'zod'
import type { InputProblem, SourcePosition } from '../model/errors.ts'
import type { IssueDetail } from './schema-fields.ts'
import { isIssueDetail } from './schema-fields.ts'
import { adviceFor, nearestWord } from '../support/suggest.ts'
import type { TreeNode } from './yaml-tree.ts'

/** A path into a scenario, as zod gives it. */
export type Path = readonly PropertyKey[]

/** Where something of a tree stands. `key` is the place of its key, `value` that of its value. */
export interface Located {
  readonly node: TreeNode
  readonly key: SourcePosition
  /** How much of the path there is. */
  readonly depth: number
}

/** The tree as plain data without positions; maps have no prototype. */
export function plainValue(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(plainValue)
  const plain: Record<string, unknown> = Object.create(null)
  for (const [key, entry] of node.entries) plain[key] = plainValue(entry.value)
  return plain
}

/** The node at a path, or the nearest one above it that there is. */
export function locate(tree: TreeNode, path: Path): Located {
  let found: Located = { node: tree, key: tree.at, depth: 0 }
  for (const [index, step] of path.entries()) {
    const { node } = found
    const depth = index + 1
    if (node.kind === 'map') {
      const entry = node.entries.get(String(step))
      if (entry === undefined) return found
      found = { node: entry.value, key: entry.at, depth }
    } else if (node.kind === 'list') {
      const item = node.items[Number(step)]
      if (item === undefined) return found
      found = { node: item, key: item.at, depth }
    } else {
      return found
    }
  }
  return found
}

/** Nobody reads more of them at once, and to look for what each misspelt key may have meant takes time. */
const problemsMax = 200

/** One problem for each place that zod complains about. */
export function schemaProblems(tree: TreeNode, issues: readonly z.core.$ZodIssue[]): readonly InputProblem[] {
  const byPath = new Map<string, z.core.$ZodIssue>()
  for (const issue of issues.flatMap(singleIssues)) {
    const path = pathText(issue.path)
    if (!byPath.has(path)) byPath.set(path, issue)
  }
  const shown = [...byPath.values()].slice(0, problemsMax).map((issue) => schemaProblem(tree, issue))
  const more = byPath.size - shown.length
  if (more === 0) return shown
  return [...shown, { message: `${more} more problems of this scenario are not shown.`, position: tree.at }]
}

/**
 * What is wrong with the one form of several that was meant: that which has something to say about what is inside the value. Where
 * none has, the value is of none of the forms, and the union itself says what was expected.
 */
function singleIssues(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const meant = issue.errors.find((errors) =>
    errors.some((inner) => inner.path.length > 0 || detailOf(inner) !== undefined),
  )
  if (meant === undefined) return [issue]
  return meant.flatMap((inner) => singleIssues({ ...inner, path: [...issue.path, ...inner.path] }))
}

function schemaProblem(tree: TreeNode, issue: z.core.$ZodIssue): InputProblem {
  const located = locate(tree, issue.path)
  const detail = detailOf(issue)
  if (detail?.kind === 'unknown_key') return unknownKeyProblem({ path: issue.path, position: located.key, detail })
  if (detail?.kind === 'said') {
    return {
      message: detail.message,
      position: located.key,
      ...(detail.advice === undefined ? {} : { advice: detail.advice }),
    }
  }
  const isMissing = located.depth < issue.path.length && located.node.kind === 'map'
  const got = isMissing ? 'nothing' : describe(located.node)
  const position = located.node.kind === 'scalar' ? located.node.at : located.key
  const subject = issue.path.length === 0 ? 'the scenario' : `\`${pathText(issue.path)}\``
  const advice = adviceOf(issue, located.node)
  const message = `Expected ${subject} to be ${issue.message}, got ${got}.`
  return { message, position, ...(advice === undefined ? {} : { advice }) }
}

function adviceOf(issue: z.core.$ZodIssue, node: TreeNode): string | undefined {
  if (issue.code === 'invalid_value' && node.kind === 'scalar' && typeof node.value === 'string') {
    const near = nearestWord(
      node.value,
      issue.values.filter((value) => typeof value === 'string'),
    )
    return near === undefined ? undefined : `Did you mean "${near}"?`
  }
  const advice: unknown = issue.code === 'custom' ? issue.params?.['advice'] : undefined
  return typeof advice === 'string' ? advice : undefined
}

function unknownKeyProblem(unknown: {
  readonly path: Path
  readonly position: SourcePosition
  readonly detail: Extract<IssueDetail, { kind: 'unknown_key' }>
}): InputProblem {
  const { path, position, detail } = unknown
  const key = String(path.at(-1))
  const place = path.length < 2 ? '' : ` in \`${pathText(path.slice(0, -1))}\``
  return { message: `Unknown key \`${key}\`${place}.`, position, advice: adviceFor(key, detail.known) }
}

function detailOf(issue: z.core.$ZodIssue): IssueDetail | undefined {
  const detail: unknown = issue.code === 'custom' ? issue.params?.['detail'] : undefined
  return isIssueDetail(detail) ? detail : undefined
}

/** `fault_scenario[0].for` */
function pathText(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('')
}

/** A value as messages show it: `30 (number)`, `"30"`, `a list`. */
function describe(node: TreeNode): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a map'
  if (node.value === null) return 'nothing'
  if (typeof node.value === 'string')
    return JSON.stringify(node.value.length > 80 ? `${node.value.slice(0, 80)}…` : node.value)
  return `${node.value} (${typeof node.value})`
}
