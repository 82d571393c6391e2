import type { InputProblem, SourcePosition } from '../../model/errors.ts'
import type { TreeMap } from '../yaml-tree.ts'
import { isOptionPlace } from './macros.ts'
import { positionsOf } from './tree.ts'

/** A part of a scenario that does not stand in it, and the words that say how it came there. */
export interface Origin {
  readonly tree: TreeMap
  readonly words: string
}

/** What a scenario is made of. */
export interface Parts {
  /** The scenario as it stands in its file. */
  readonly own: TreeMap
  /** The innermost first. */
  readonly origins: readonly Origin[]
}

/**
 * A problem with what is not the scenario's own says who brought it in: its place alone is that of a line that may be right for
 * everybody else.
 */
export function withOrigin(problem: InputProblem, parts: Parts): InputProblem {
  const { position } = problem
  if (position === undefined) return problem
  const key = keyOf(position)
  if (keysOf(parts.own).has(key)) return problem
  const origin = parts.origins.find(({ tree }) => keysOf(tree).has(key))
  if (origin === undefined) return problem
  const { position: place, ...rest } = problem
  const advice = `${problem.advice === undefined ? '' : `${problem.advice} `}${origin.words}.`
  return { ...rest, ...(isOptionPlace(place ?? position) ? { position: parts.own.at } : { position }), advice }
}

/** Asked for every problem of every scenario that is made of the same trees. */
const known = new WeakMap<TreeMap, ReadonlySet<string>>()

function keysOf(tree: TreeMap): ReadonlySet<string> {
  const keys = known.get(tree) ?? new Set(positionsOf(tree).map(keyOf))
  known.set(tree, keys)
  return keys
}

function keyOf({ file, line, column }: SourcePosition): string {
  return `${file}:${line}:${column}`
}
